import { isRecord, parseJson } from '../json';
import type { VersionedLock } from '../lock';
import { splitIdent } from './ident';
import { DenoLock } from './other-locks.schema';

/** Packages of npm; what comes from jsr or from addresses has no advisories. */
export function readDenoLock(text: string): VersionedLock | undefined {
  const lock = DenoLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  const { version, npm, packages } = lock.data;
  // Version 2 has them at npm.packages, 3 at packages.npm, 4 and later at npm.
  const listed = packages?.npm ?? (isRecord(npm?.['packages']) ? npm['packages'] : npm) ?? {};
  const named = Object.keys(listed).flatMap((key) => {
    const { name, rest } = splitIdent(key) ?? {};
    if (name === undefined || rest === undefined) return [];
    // What follows the underscore are the peers it was resolved with.
    return [{ name, version: rest.split('_')[0] ?? rest }];
  });
  return { version: { stated: version, known: '5' }, packages: named };
}
