import type { ZipEntry, ZipProblem } from '@tidewaiter/formats';
import type { Result } from '@tidewaiter/kit';
import { isArchive } from './file-name';
import { knownClasses, nettyVersions } from './known-classes';

/** What Maven leaves of a package: `META-INF/maven/<group>/<artifact>/pom.properties` and `pom.xml`. */
export interface Descriptor {
  readonly group: string | undefined;
  readonly artifact: string | undefined;
  readonly properties: ZipEntry | undefined;
  readonly pom: ZipEntry | undefined;
}

export interface ArchiveContents {
  readonly entryCount: number;
  readonly manifest: ZipEntry | undefined;
  readonly descriptors: readonly Descriptor[];
  readonly nettyVersions: ZipEntry | undefined;
  readonly nested: readonly ZipEntry[];
  readonly classDirectories: ReadonlySet<string>;
  readonly knownClasses: readonly (typeof knownClasses)[number][];
  readonly problems: readonly ZipProblem[];
}

const maxNameLength = 1024;

/** One look at the directory of an archive. Of entries with one name the last counts, as for Java's own reader. */
export function scanArchive(entries: Iterable<Result<ZipEntry, ZipProblem>>): ArchiveContents {
  const kept = new Map<string, ZipEntry>();
  const classDirectories = new Set<string>();
  const classes = new Set<(typeof knownClasses)[number]>();
  const problems: ZipProblem[] = [];
  let entryCount = 0;
  for (const entry of entries) {
    if (!entry.ok) {
      problems.push(entry.error);
      break;
    }
    entryCount++;
    const { name } = entry.value;
    if (name.endsWith('.class')) {
      classDirectories.add(name.slice(0, Math.max(0, name.lastIndexOf('/'))));
      for (const known of knownClasses) if (name.endsWith(known.path)) classes.add(known);
    } else if (isWanted(name)) {
      if (isSafe(name)) kept.set(name, entry.value);
      else problems.push(unsafe(name));
    }
  }
  return {
    entryCount,
    manifest: [...kept.values()].find(({ name }) => isManifest(name)),
    descriptors: descriptorsOf(kept),
    nettyVersions: kept.get(nettyVersions),
    nested: [...kept.values()].filter(({ name }) => isArchive(name)),
    classDirectories,
    knownClasses: [...classes],
    problems,
  };
}

function isWanted(name: string): boolean {
  return isArchive(name) || isManifest(name) || name === nettyVersions || isDescriptor(name);
}

export function isManifest(name: string): boolean {
  return name.length === 20 && name.toUpperCase() === 'META-INF/MANIFEST.MF';
}

/** Not in one expression, which would try from each `META-INF/maven/` of a name of nothing else. */
function isDescriptor(name: string): boolean {
  return /(?:^|\/)pom\.(?:properties|xml)$/.test(name) && /(?:^|\/)META-INF\/maven\//.test(name);
}

function descriptorsOf(kept: ReadonlyMap<string, ZipEntry>): readonly Descriptor[] {
  const directories = new Map<string, { properties?: ZipEntry; pom?: ZipEntry }>();
  for (const [name, entry] of kept) {
    if (!isDescriptor(name)) continue;
    const slash = name.lastIndexOf('/');
    const files = directories.get(name.slice(0, slash)) ?? {};
    if (name.endsWith('.xml')) files.pom = entry;
    else files.properties = entry;
    directories.set(name.slice(0, slash), files);
  }
  return [...directories].map(([directory, { properties, pom }]) => {
    const place = /META-INF\/maven\/([^/]+)\/([^/]+)$/.exec(directory);
    return { group: place?.[1], artifact: place?.[2], properties, pom };
  });
}

/** Names are only ever shown, but one that climbs out of its archive is nothing that a build tool writes. */
function isSafe(name: string): boolean {
  return (
    name.length <= maxNameLength &&
    !name.startsWith('/') &&
    !name.split(/[/\\]/).includes('..') &&
    !/\p{Cc}/u.test(name)
  );
}

function unsafe(name: string): ZipProblem {
  const shown = JSON.stringify(name.slice(0, 200));
  return {
    code: 'zip-entry-name',
    message: `has an entry with a name that leads elsewhere and was not read: ${shown}`,
  };
}
