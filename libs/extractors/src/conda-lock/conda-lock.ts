import type { Extractor } from '../extractor';
import { readLock, type LockReader } from '../lock';
import { condaLockFiles, condaLockReaderOf } from './files';

/** What projects ask conda's channels for. See README.md beside this file. */
export const condaLock: Extractor = {
  id: 'conda-lock',
  revision: 2,
  reads: 'lock',
  files: condaLockFiles,
  extract: (file) => Promise.resolve(readLock(file, (text) => readCondaHalf(file.path, text))),
};

function readCondaHalf(path: string, text: string): ReturnType<LockReader> {
  const lock = condaLockReaderOf(path)?.(text);
  return lock?.version === undefined ? lock?.conda : { packages: lock.conda, version: lock.version };
}
