import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { parseJson } from '../json';
import { readLock, type VersionedLock } from '../lock';
import { ConanLock } from './conan-lock.schema';

/** What Conan resolved. See README.md beside this file. */
export const conanLock: Extractor = {
  id: 'conan-lock',
  revision: 3,
  reads: 'lock',
  files: [{ baseName: 'conan.lock', maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readConanLock)),
};

function readConanLock(text: string): VersionedLock | undefined {
  const lock = ConanLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  return { version: { stated: lock.data.version, known: '0.5' }, packages: lockedPackages(lock.data) };
}

function lockedPackages(lock: ConanLock): readonly ExtractedPackage[] {
  if ('graph_lock' in lock) {
    return Object.values(lock.graph_lock.nodes).flatMap(({ ref, path }) => (ref && !path ? packagesOf(ref) : []));
  }
  const { requires = [], build_requires = [] } = lock;
  return [
    ...requires.flatMap(packagesOf),
    ...build_requires.flatMap(packagesOf).map((pkg) => ({ ...pkg, isDevelopment: true })),
  ];
}

/** `name/version@user/channel#revision%timestamp`; a project may have no version. ConanCenter's own have no user and channel. */
function packagesOf(reference: string): readonly ExtractedPackage[] {
  const [identity = '', origin = ''] = (reference.split(/[#%]/, 1)[0] ?? '').split('@');
  const [name = '', version] = identity.split('/');
  const [user, channel] = origin.split('/');
  if (version === undefined) return [];
  return [{ name, version, ...(user && channel ? { purlQualifiers: { user, channel } } : {}) }];
}
