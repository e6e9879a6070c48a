import path from 'node:path';
import { defineSlice, withDefault } from '../slice';
import { text } from '../value';

export interface DataDirConfig {
  /** Absolute. */
  readonly path: string;
}

export const dataDirConfig = defineSlice({
  title: 'Data directory',
  doc: 'Where the standalone process keeps its database and everything else that must outlive it.',
  settings: {
    path: withDefault('TIDEWAITER_DATA_DIR', '.data', text(), {
      doc: 'A directory; made when missing. Relative to the directory the process is started in.',
    }),
  },
  finish: (values): DataDirConfig => ({ path: path.resolve(values.path) }),
});
