import type { ExtractedPackage } from '@tidewaiter/contracts';
import { parseJson } from '../json';
import type { VersionedLock } from '../lock';
import { wheelIn } from './requirements';
import { PipfileLock, type PipfilePackages } from './python-lock.schema';

export function readPipfileLock(text: string): VersionedLock | undefined {
  const lock = PipfileLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  const { _meta, develop, ...needed } = lock.data;
  const packages = [
    ...Object.values(needed).flatMap((each) => pinned(each, {})),
    ...pinned(develop, { isDevelopment: true }),
  ];
  return { version: { stated: _meta['pipfile-spec'], known: '6' }, packages };
}

/** Repositories and directories have no version, of an archive only the name of a wheel says one. */
function pinned(packages: PipfilePackages, kind: Pick<ExtractedPackage, 'isDevelopment'>): readonly ExtractedPackage[] {
  return Object.entries(packages).flatMap(([name, { version, file, path }]) => {
    const stated = version?.replace(/^={2,3}/, '') ?? wheelIn(file ?? path ?? '')?.version;
    return stated === undefined ? [] : [{ name, version: stated, ...kind }];
  });
}
