import type { Extractor } from '../extractor';
import { parseJson } from '../json';
import { readLock, type VersionedLock } from '../lock';
import { PackageResolved } from './swift-lock.schema';

/** What the Swift package manager resolved. See README.md beside this file. */
export const swiftLock: Extractor = {
  id: 'swift-lock',
  revision: 3,
  reads: 'lock',
  files: [
    { baseName: 'Package.resolved', maxBytes: 8 * 1024 * 1024 },
    { baseName: '.package.resolved', maxBytes: 8 * 1024 * 1024 },
  ],
  extract: (file) => Promise.resolve(readLock(file, readPackageResolved)),
};

function readPackageResolved(text: string): VersionedLock | undefined {
  const resolved = PackageResolved.safeParse(parseJson(text));
  if (!resolved.success) return undefined;
  const pins =
    'pins' in resolved.data
      ? resolved.data.pins.map(({ location, state }) => ({ address: location, state }))
      : resolved.data.object.pins.map(({ repositoryURL, state }) => ({ address: repositoryURL, state }));
  // A pin to a branch or revision has no version.
  const packages = pins.flatMap(({ address, state }) =>
    typeof state.version === 'string' ? [{ name: repositoryName(address), version: state.version }] : [],
  );
  return { version: { stated: resolved.data.version, known: '3' }, packages };
}

/** `https://github.com/apple/swift-nio.git` and `git@github.com:apple/swift-nio` -> `github.com/apple/swift-nio` */
function repositoryName(address: string): string {
  return address
    .replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/, '')
    .replace(/^[^@/]+@([^:/]+):/, '$1/')
    .replace(/(?:\.git)?\/?$/, '');
}
