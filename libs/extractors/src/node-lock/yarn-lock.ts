import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { LockReader, VersionedLock } from '../lock';
import { isMap, readPlainYaml, textAt } from '../plain-yaml';
import { registryArchive, splitIdent } from './ident';

/** Yarn 1 has a format of its own, later ones write YAML: https://classic.yarnpkg.com/lang/en/docs/yarn-lock/ */
export function readYarnLock(text: string): ReturnType<LockReader> {
  // Yarn installs with an empty one, by which people mark the root of a project.
  if (text.trim() === '') return [];
  if (/^# yarn lockfile v1$/m.test(text.slice(0, 1024).replaceAll('\r', ''))) return readClassic(text);
  return readBerry(text);
}

/** `"a@^1", "b@npm:a@^1":` and below it, indented by two, `version "1.0.0"`. */
function readClassic(text: string): readonly ExtractedPackage[] {
  const found: ExtractedPackage[] = [];
  let name: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) name = line.endsWith(':') ? nameOf(line) : undefined;
    else if (name !== undefined) {
      const version = /^ {2}version "?([^"\s]+)"?$/.exec(line)?.[1];
      if (version !== undefined) found.push({ name, version });
    }
  }
  return found;
}

/**
 * The project's own directories, which are no packages of a registry. An archive is one, wherever it lies, and both yarns tell it by its
 * name. Yarn 1 takes paths without a protocol too. https://yarnpkg.com/protocol/file
 */
function isDirectory(address: string): boolean {
  if (/^(?:link|portal|workspace):/.test(address)) return true;
  return /^(?:file:|[./]|[A-Za-z]:[\\/])/.test(address) && !/^[^?]*\.(?:tgz|tar\.gz)(?:#|::|$)/.test(address);
}

/** The first of the patterns speaks for all: they were resolved to the same package. */
function nameOf(header: string): string | undefined {
  const [, quoted, plain] = /^(?:"([^"]+)"|([^\s",:]+))/.exec(header) ?? [];
  const pattern = splitIdent(quoted ?? plain ?? '');
  if (pattern === undefined || isDirectory(pattern.rest)) return undefined;
  const alias = pattern.rest.startsWith('npm:') ? splitIdent(pattern.rest.slice('npm:'.length)) : undefined;
  return (alias ?? registryArchive(pattern.rest) ?? pattern).name;
}

/** `resolution: "name@protocol:…"` has the real name, whatever alias is asked for. */
function readBerry(text: string): VersionedLock | undefined {
  const lock = readPlainYaml(text)?.[0];
  if (!isMap(lock) || !lock.has('__metadata')) return undefined;
  const stated = textAt(lock.get('__metadata'), 'version');
  const found: ExtractedPackage[] = [];
  for (const [key, value] of lock) {
    if (key === '__metadata') continue;
    const resolution = splitIdent(textAt(value, 'resolution') ?? '');
    const version = textAt(value, 'version');
    if (resolution === undefined || version === undefined || isDirectory(resolution.rest)) continue;
    found.push({ name: (registryArchive(resolution.rest) ?? resolution).name, version });
  }
  return { version: { stated, known: '10' }, packages: found };
}
