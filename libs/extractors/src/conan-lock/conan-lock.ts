import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { parseJson } from '../json';
import { readLock } from '../lock';
import { ConanLock } from './conan-lock.schema';

/** What Conan resolved. See README.md beside this file. */
export const conanLock: Extractor = {
  id: 'conan-lock',
  revision: 1,
  reads: 'lock',
  files: [{ baseName: 'conan.lock', maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readConanLock)),
};

function readConanLock(text: string): readonly ExtractedPackage[] | undefined {
  const lock = ConanLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  if ('graph_lock' in lock.data) {
    return Object.values(lock.data.graph_lock.nodes).flatMap(({ ref }) => (ref ? packagesOf(ref) : []));
  }
  const { requires = [], build_requires = [] } = lock.data;
  return [
    ...requires.flatMap(packagesOf),
    ...build_requires.flatMap(packagesOf).map((pkg) => ({ ...pkg, isDevelopment: true })),
  ];
}

/** `name/version@user/channel#revision%timestamp`; the project itself has no version. */
function packagesOf(reference: string): readonly ExtractedPackage[] {
  const [name = '', version] = (reference.split(/[@#%]/, 1)[0] ?? '').split('/');
  return version === undefined ? [] : [{ name, version }];
}
