import type { ExtractedPackage } from '@tidewaiter/contracts';
import { parseJson } from '../json';
import { PackagesLock, ProjectAssets } from './dotnet-lock.schema';

/** Other projects of the same solution are listed as well, and are no packages. */
export function readPackagesLock(text: string): readonly ExtractedPackage[] | undefined {
  const lock = PackagesLock.safeParse(parseJson(Buffer.from(text)));
  if (!lock.success) return undefined;
  return Object.values(lock.data.dependencies).flatMap((framework) =>
    Object.entries(framework)
      .filter(([, { type }]) => type !== 'Project')
      .map(([name, { resolved }]) => ({ name, version: resolved ?? '' })),
  );
}

export function readProjectAssets(text: string): readonly ExtractedPackage[] | undefined {
  const assets = ProjectAssets.safeParse(parseJson(Buffer.from(text)));
  if (!assets.success) return undefined;
  return Object.entries(assets.data.libraries)
    .filter(([, { type }]) => type === 'package')
    .map(([key]) => {
      const [name = '', version = ''] = key.split('/', 2);
      return { name, version };
    });
}
