import type { ExtractedPackage } from '@tidewaiter/contracts';
import { condaPackage } from '../conda/conda-package';
import type { LockVersion } from '../lock';
import { isList, isMap, mapAt, readPlainYaml, textAt, type PlainYaml } from '../plain-yaml';
import { condaArchive } from './conda-archive';

/** What one file asks for of conda's channels, and of PyPI. */
export interface LockedPackages {
  readonly conda: readonly ExtractedPackage[];
  readonly pypi: readonly ExtractedPackage[];
  /** Where the format has versions. */
  readonly version?: LockVersion;
}

/** The lock files of conda-lock (also of rattler before its version 4) and of pixi; undefined for anything else. */
export function readUnifiedLock(text: string): LockedPackages | undefined {
  const lock = readPlainYaml(text)?.[0];
  const stated = textAt(lock, 'version') ?? '';
  if (!isMap(lock) || !/^\d+$/.test(stated)) return undefined;
  const entries = lock.get('package');
  if (isList(entries)) return { ...sorted(entries.map(condaLockEntry)), version: { stated, known: '3' } };
  const packages = lock.get('packages');
  // An empty list is written as `[]`; without environments it is another's file.
  if (!isList(packages) || mapAt(lock, 'environments') === undefined) return undefined;
  return { ...sorted(packages.flatMap(pixiEntry)), version: { stated, known: '7' } };
}

interface Locked {
  readonly manager: 'conda' | 'pypi';
  readonly pkg: ExtractedPackage;
}

function sorted(entries: readonly Locked[]): LockedPackages {
  const of = (manager: Locked['manager']): ExtractedPackage[] =>
    entries.filter((entry) => entry.manager === manager).map(({ pkg }) => pkg);
  return { conda: of('conda'), pypi: of('pypi') };
}

/**
 * Version 1 has an entry for each category that needs the package, version 2 one entry with all of them.
 * https://conda.github.io/conda-lock/output/
 */
function condaLockEntry(entry: PlainYaml): Locked {
  const name = textAt(entry, 'name') ?? '';
  const version = textAt(entry, 'version') ?? '';
  const listed = isMap(entry) ? entry.get('categories') : undefined;
  const categories = isList(listed) ? listed : [textAt(entry, 'category') ?? 'main'];
  const kind = categories.length > 0 && categories.every((each) => each === 'dev') ? { isDevelopment: true } : {};
  if (textAt(entry, 'manager') === 'pip') return { manager: 'pypi', pkg: { name, version, ...kind } };
  const { channel } = condaArchive(textAt(entry, 'url') ?? '') ?? {};
  return { manager: 'conda', pkg: { ...condaPackage({ name, version, channel }), ...kind } };
}

/**
 * An entry says by its first member whose it is: `conda: address` and `pypi: address` since version 6, `kind: conda` before. What lies
 * in the project's own directories is left out. https://pixi.sh/latest/workspace/lockfile/
 */
function pixiEntry(entry: PlainYaml): readonly Locked[] {
  const source = textAt(entry, 'conda_source');
  if (source !== undefined) return sourceEntry(source, entry);
  const kind = textAt(entry, 'kind');
  const conda = textAt(entry, 'conda') ?? (kind === 'conda' ? addressOf(entry) : undefined);
  if (conda !== undefined) return condaEntry(conda, entry);
  const pypi = textAt(entry, 'pypi') ?? (kind === 'pypi' ? addressOf(entry) : undefined);
  return pypi === undefined ? [unusable] : pypiEntry(pypi, entry);
}

function condaEntry(address: string, entry: PlainYaml): readonly Locked[] {
  const archive = condaArchive(address);
  if (archive === undefined && !isElsewhere(address)) return [];
  const name = textAt(entry, 'name') ?? archive?.name ?? '';
  const version = textAt(entry, 'version') ?? archive?.version ?? '';
  const license = textAt(entry, 'license');
  return [{ manager: 'conda', pkg: condaPackage({ name, version, channel: archive?.channel, license }) }];
}

/** Since version 7 what pixi builds itself: `name[hash] @ address`. */
function sourceEntry(source: string, entry: PlainYaml): readonly Locked[] {
  const [, name, address = ''] = /^([^[\s]{1,512})\[[^\]]{0,128}\] @ (.*)$/.exec(source) ?? [];
  if (name === undefined) return [unusable];
  const version = textAt(entry, 'version');
  if (version === undefined || !isElsewhere(address)) return [];
  return [{ manager: 'conda', pkg: condaPackage({ name, version, license: textAt(entry, 'license') }) }];
}

/** Of a directory, and of what computes its version, none is said. */
function pypiEntry(address: string, entry: PlainYaml): readonly Locked[] {
  const version = textAt(entry, 'version');
  if (version === undefined || !(isElsewhere(address) || address.endsWith('.whl'))) return [];
  return [{ manager: 'pypi', pkg: { name: textAt(entry, 'name') ?? '', version } }];
}

function isElsewhere(address: string): boolean {
  return address.includes('://') && !address.startsWith('file:');
}

/** Becomes a problem: an entry of which it cannot be said what it is. */
const unusable: Locked = { manager: 'conda', pkg: { name: '', version: '' } };

function addressOf(entry: PlainYaml): string {
  return textAt(entry, 'url') ?? textAt(entry, 'path') ?? '';
}
