import type { ExtractedPackage } from '@tidewaiter/contracts';
import { parse, TomlError } from 'smol-toml';
import type { VersionedLock } from '../lock';
import { reachable } from '../reachable';
import { PdmLock, PoetryLock, Pylock, UvLock, type UvPackage } from './python-lock.schema';

/** https://github.com/python-poetry/poetry */
export function readPoetryLock(text: string): VersionedLock | undefined {
  const lock = PoetryLock.safeParse(parseToml(text));
  if (!lock.success) return undefined;
  const packages = lock.data.package.flatMap(({ name, version, category, groups, source }) =>
    source?.type === 'directory' ? [] : [entry(name, version, category === 'dev' || isLeftOut('main', groups))],
  );
  return { version: { stated: lock.data.metadata['lock-version'], known: '2' }, packages };
}

/** https://pdm-project.org/latest/usage/lockfile/ */
export function readPdmLock(text: string): VersionedLock | undefined {
  const lock = PdmLock.safeParse(parseToml(text));
  if (!lock.success) return undefined;
  const packages = lock.data.package.flatMap(({ name, version, groups, path }) =>
    version === undefined || path?.endsWith('.whl') === false
      ? []
      : [entry(name, version, isLeftOut('default', groups))],
  );
  return { version: { stated: lock.data.metadata.lock_version, known: '4.5' }, packages };
}

/**
 * What the project and its optional parts reach is needed, or what a script asks for; the rest is for development groups.
 * https://docs.astral.sh/uv/
 */
export function readUvLock(text: string): VersionedLock | undefined {
  const lock = UvLock.safeParse(parseToml(text));
  if (!lock.success) return undefined;
  const packages = new Map<string, UvPackage[]>();
  for (const pkg of lock.data.package) packages.set(pkg.name, [...(packages.get(pkg.name) ?? []), pkg]);
  const roots = [...lock.data.package.filter(isOwn), ...lock.data.manifest.requirements].map(({ name }) => name);
  const needed = reachable(roots, (name) => (packages.get(name) ?? []).flatMap(dependenciesOf));
  const locked = lock.data.package.flatMap((pkg) =>
    isOwn(pkg) || pkg.version === undefined ? [] : [entry(pkg.name, pkg.version, !needed.has(pkg.name))],
  );
  return { version: { stated: lock.data.version, known: '1' }, packages: locked };
}

/** The project, its workspace members and other directories. */
function isOwn({ source }: UvPackage): boolean {
  return ['editable', 'virtual', 'directory'].some((kind) => kind in source);
}

function dependenciesOf(pkg: UvPackage): readonly string[] {
  return [pkg.dependencies, ...Object.values(pkg['optional-dependencies'])].flat().map(({ name }) => name);
}

export function readPylock(text: string): VersionedLock | undefined {
  const lock = Pylock.safeParse(parseToml(text));
  if (!lock.success) return undefined;
  const packages = lock.data.packages.flatMap(({ name, version, directory }) =>
    version === undefined || directory !== undefined ? [] : [{ name, version }],
  );
  return { version: { stated: lock.data['lock-version'], known: '1.0' }, packages };
}

function isLeftOut(group: string, groups: readonly string[] | undefined): boolean {
  return groups !== undefined && groups.length > 0 && !groups.includes(group);
}

function entry(name: string, version: string, isDevelopment: boolean): ExtractedPackage {
  return { name, version, ...(isDevelopment ? { isDevelopment } : {}) };
}

function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}
