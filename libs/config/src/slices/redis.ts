import { defineSlice, optional, withDefault, type SliceValue } from '../slice';
import { text, urlOf } from '../value';

export const redisConfig = defineSlice({
  title: 'Redis',
  doc: 'The queue lives in Redis when REDIS_URL is set, else in PostgreSQL. Redis must run with maxmemory-policy noeviction.',
  settings: {
    url: optional('REDIS_URL', urlOf(['redis:', 'rediss:']), {
      doc: 'The Redis server, as redis://user:password@host:port/0, or rediss:// for TLS.',
      secret: true,
    }),
    keyPrefix: withDefault('REDIS_KEY_PREFIX', 'tidewaiter', text(), {
      doc: 'Begins every key, so that several installations can share one server.',
    }),
  },
});
export type RedisConfig = SliceValue<typeof redisConfig>;
