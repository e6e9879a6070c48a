import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { VersionedLock } from '../lock';
import { mapAt, readPlainYaml, textAt, type PlainYaml } from '../plain-yaml';
import { reachable } from '../reachable';
import { splitIdent } from './ident';

/** https://github.com/pnpm/spec/tree/master/lockfile */
export function readPnpmLock(text: string): VersionedLock | undefined {
  const documents = readPlainYaml(text);
  const locks = documents?.filter((document) => textAt(document, 'lockfileVersion') !== undefined);
  if (locks === undefined || locks.length === 0) return undefined;
  const projects = locks.filter((lock) => !isEnvironment(lock));
  return {
    version: { stated: textAt(projects[0], 'lockfileVersion'), known: '9' },
    packages: projects.flatMap(packagesOf),
  };
}

/** From version 11 on pnpm locks itself and its plugins in a document of their own before the project's. */
function isEnvironment(lock: PlainYaml): boolean {
  const root = mapAt(mapAt(lock, 'importers'), '.');
  return mapAt(root, 'packageManagerDependencies') !== undefined || mapAt(root, 'configDependencies') !== undefined;
}

function packagesOf(lock: PlainYaml): readonly ExtractedPackage[] {
  const major = Number.parseInt(textAt(lock, 'lockfileVersion') ?? '', 10);
  const needed = major >= 9 ? neededAtRunTime(lock) : undefined;
  const found: ExtractedPackage[] = [];
  for (const [key, value] of mapAt(lock, 'packages') ?? []) {
    const identity = identityOf(key, value, major);
    if (identity === undefined) continue;
    const isDevelopment = needed === undefined ? textAt(value, 'dev') === 'true' : !needed.has(key);
    found.push({ ...identity, ...(isDevelopment ? { isDevelopment } : {}) });
  }
  return found;
}

/** The key has it, unless the package comes from elsewhere than a registry: then the entry has name and version itself. */
function identityOf(key: string, value: PlainYaml, major: number): { name: string; version: string } | undefined {
  const keyed = major < 6 ? slashed(key) : splitIdent(withoutPeers(key).replace(/^\//, ''));
  const name = textAt(value, 'name') ?? keyed?.name;
  const version = textAt(value, 'version') ?? keyed?.rest;
  const isDirectory = textAt(mapAt(value, 'resolution'), 'type') === 'directory';
  if (isDirectory || name === undefined || version === undefined || /[:/]/.test(version)) return undefined;
  return { name, version };
}

/** `/@scope/name/1.0.0_peers`, with the registry's host in front where it is not the usual one. */
function slashed(key: string): { readonly name: string; readonly rest: string } | undefined {
  const [, name, version] = /^[^/]*\/((?:@[^/]+\/)?[^/]+)\/([^/_]+)(?:_[^/]*)?$/.exec(key) ?? [];
  return name === undefined || version === undefined ? undefined : { name, rest: version };
}

function withoutPeers(key: string): string {
  const peers = key.indexOf('(');
  return peers === -1 ? key : key.slice(0, peers);
}

/** Version 9 says only what the project and its workspaces ask for, and what each package depends on. */
function neededAtRunTime(lock: PlainYaml): ReadonlySet<string> {
  const snapshots = mapAt(lock, 'snapshots');
  const importers = [...(mapAt(lock, 'importers')?.values() ?? [])];
  const roots = importers.flatMap((importer) => dependenciesOf(importer, (value) => textAt(value, 'version')));
  const edges = (key: string): readonly string[] =>
    dependenciesOf(snapshots?.get(key), (value) => (typeof value === 'string' ? value : undefined));
  return new Set([...reachable(roots, edges)].map(withoutPeers));
}

function dependenciesOf(
  owner: PlainYaml | undefined,
  versionOf: (value: PlainYaml) => string | undefined,
): readonly string[] {
  return ['dependencies', 'optionalDependencies'].flatMap((kind) =>
    [...(mapAt(owner, kind) ?? [])].flatMap(([name, value]) => {
      const version = versionOf(value);
      if (version === undefined) return [];
      // An alias says the real name: `lodash@4.17.11`. In an address (`git+ssh://git@…`) the sign means something else.
      return [/^@?[^@(:]+@/.test(version) ? version : `${name}@${version}`];
    }),
  );
}
