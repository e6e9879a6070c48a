import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { parseJson } from '../json';
import { readLock } from '../lock';
import { RenvLock } from './renv-lock.schema';

/** What renv recorded of a project's library. See README.md beside this file. */
export const rLock: Extractor = {
  id: 'r-lock',
  revision: 1,
  reads: 'lock',
  files: [{ baseName: 'renv.lock', maxBytes: 64 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readRenvLock)),
};

function readRenvLock(text: string): readonly ExtractedPackage[] | undefined {
  const lock = RenvLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  return Object.values(lock.data.Packages).map(({ Package: name, Version: version }) => ({ name, version }));
}
