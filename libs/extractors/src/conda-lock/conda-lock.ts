import type { Extractor } from '../extractor';
import { readLock } from '../lock';
import { condaLockFiles, condaLockReaderOf } from './files';

/** What projects ask conda's channels for. See README.md beside this file. */
export const condaLock: Extractor = {
  id: 'conda-lock',
  revision: 1,
  reads: 'lock',
  files: condaLockFiles,
  extract: (file) => Promise.resolve(readLock(file, (text) => condaLockReaderOf(file.path)?.(text)?.conda)),
};
