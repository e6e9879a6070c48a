import { parseJson } from '../json';
import type { VersionedLock } from '../lock';
import { PackagesLock, ProjectAssets } from './dotnet-lock.schema';

/** Other projects of the same solution are listed as well, and are no packages. */
export function readPackagesLock(text: string): VersionedLock | undefined {
  const lock = PackagesLock.safeParse(parseJson(Buffer.from(text)));
  if (!lock.success) return undefined;
  const packages = lock.data.targets.flatMap((target) =>
    Object.entries(target)
      .filter(([, { type }]) => type !== 'Project')
      .map(([name, { resolved }]) => ({ name, version: resolved ?? '' })),
  );
  return { version: { stated: lock.data.version, known: '3' }, packages };
}

export function readProjectAssets(text: string): VersionedLock | undefined {
  const assets = ProjectAssets.safeParse(parseJson(Buffer.from(text)));
  if (!assets.success) return undefined;
  const packages = Object.entries(assets.data.libraries)
    .filter(([, { type }]) => type === 'package')
    .map(([key]) => {
      const [name = '', version = ''] = key.split('/', 2);
      return { name, version };
    });
  return { version: { stated: assets.data.version, known: '4' }, packages };
}
