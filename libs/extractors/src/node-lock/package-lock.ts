import type { ExtractedPackage } from '@tidewaiter/contracts';
import { parseJson } from '../json';
import type { VersionedLock } from '../lock';
import { registryArchive } from './ident';
import { Dependencies, PackageLock, type InstalledAt } from './package-lock.schema';
import type { z } from 'zod';

const marker = 'node_modules/';

/** npm has never nested deeper than its dependencies go; a file that does is made to. */
const maxDepth = 256;

export function readPackageLock(text: string): VersionedLock | undefined {
  const lock = PackageLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  const packages = lockedPackages(lock.data);
  return packages && { version: { stated: lock.data.lockfileVersion, known: '3' }, packages };
}

function lockedPackages({ packages, dependencies }: PackageLock): readonly ExtractedPackage[] | undefined {
  if (packages === undefined) return dependencies === undefined ? [] : nested(dependencies);
  return Object.entries(packages).flatMap(([path, installed]) => installedAt(path, installed));
}

/** Paths outside `node_modules` are the project and its workspaces; links lead to those. */
function installedAt(path: string, installed: z.infer<typeof InstalledAt>): readonly ExtractedPackage[] {
  const at = path.lastIndexOf(marker);
  const { version, link, dev, license } = installed;
  if (at === -1 || link === true || version === undefined) return [];
  return [
    {
      // The name is only said where the directory is called otherwise, which is an alias.
      name: installed.name ?? path.slice(at + marker.length),
      version,
      ...(dev === true ? { isDevelopment: true } : {}),
      ...(license === undefined ? {} : { licenses: [license] }),
    },
  ];
}

/** Version 1. Undefined when it is not of that form. */
function nested(root: unknown): readonly ExtractedPackage[] | undefined {
  const found: ExtractedPackage[] = [];
  let level: readonly unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) return undefined;
    const next: unknown[] = [];
    for (const value of level) {
      const dependencies = Dependencies.safeParse(value);
      if (!dependencies.success) return undefined;
      for (const [name, dependency] of Object.entries(dependencies.data)) {
        const { version, dev } = dependency;
        if (version !== undefined) found.push(...versionOne(name, version, dev === true));
        if (dependency.dependencies !== undefined) next.push(dependency.dependencies);
      }
    }
    level = next;
  }
  return found;
}

/** `npm:other@1.0.0` is an alias; `file:…`, `git+ssh:…` and addresses of archives that are no registry's say no version. */
function versionOne(name: string, version: string, isDevelopment: boolean): readonly ExtractedPackage[] {
  const [, realName = name, realVersion = version] = /^npm:(.+)@([^@]+)$/.exec(version) ?? [];
  const identity = /[:/]/.test(realVersion) ? registryArchive(version) : { name: realName, version: realVersion };
  return identity === undefined ? [] : [{ ...identity, ...(isDevelopment ? { isDevelopment } : {}) }];
}
