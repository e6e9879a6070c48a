import type { Extractor } from '../extractor';
import { readLock, type VersionedLock } from '../lock';
import { parseToml } from '../toml';
import { CargoLock } from './rust-lock.schema';

/** What Cargo resolved. See README.md beside this file. */
export const rustLock: Extractor = {
  id: 'rust-lock',
  revision: 2,
  reads: 'lock',
  files: [{ baseName: 'Cargo.lock', maxBytes: 32 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readCargoLock)),
};

function readCargoLock(text: string): VersionedLock | undefined {
  const lock = CargoLock.safeParse(parseToml(text));
  if (!lock.success) return undefined;
  // A package without a source lies in the project itself.
  return {
    version: { stated: lock.data.version, known: '4' },
    packages: lock.data.package.flatMap(({ name, version, source }) =>
      source === undefined ? [] : [{ name, version }],
    ),
  };
}
