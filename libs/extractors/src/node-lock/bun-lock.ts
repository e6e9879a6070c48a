import { parseJson } from '../json';
import type { VersionedLock } from '../lock';
import { BunLock } from './other-locks.schema';
import { registryArchive, splitIdent } from './ident';

/** Workspaces, links, repositories and archives from elsewhere have no version of a registry in their ident, but an address. */
export function readBunLock(text: string): VersionedLock | undefined {
  const lock = BunLock.safeParse(parseJson(withoutTrailingCommas(text)));
  if (!lock.success) return undefined;
  const packages = Object.values(lock.data.packages).flatMap(([ident]) => {
    const { name, rest } = splitIdent(ident) ?? {};
    if (name === undefined || rest === undefined) return [];
    if (/[:/]/.test(rest)) return [registryArchive(rest) ?? []].flat();
    return [{ name, version: rest }];
  });
  return { version: { stated: lock.data.lockfileVersion, known: '2' }, packages };
}

/** JSON, but with commas before closing brackets. */
function withoutTrailingCommas(text: string): string {
  const kept: string[] = [];
  let from = 0;
  // A string, or a comma that only white space parts from a closing bracket. A string need not be closed: it would else be looked for
  // again from each quote in it.
  for (const match of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|,(?=\s{0,256}[\]}])/g)) {
    if (match[0] !== ',') continue;
    kept.push(text.slice(from, match.index));
    from = match.index + 1;
  }
  return [...kept, text.slice(from)].join('');
}
