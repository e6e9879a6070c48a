import { defineSlice, required, withDefault, type SliceValue } from '../slice';
import { integer, urlOf } from '../value';

export const databaseConfig = defineSlice({
  title: 'Database',
  doc: 'Where the truth is kept.',
  settings: {
    url: required('DATABASE_URL', urlOf(['postgresql:', 'postgres:']), {
      doc: 'The PostgreSQL database, as postgresql://user:password@host:port/name.',
      secret: true,
    }),
    poolSize: withDefault('DATABASE_POOL_SIZE', '10', integer({ min: 1, max: 500 }), {
      doc: 'Connections each process keeps open at most.',
    }),
  },
});
export type DatabaseConfig = SliceValue<typeof databaseConfig>;
