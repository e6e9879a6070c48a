import { isId, isVersion, nameOf, type Coordinates } from './coordinates';
import { fileIdentityOf, stemOf, type FileIdentity } from './file-name';
import { knownArtifacts, type KnownArtifact } from './known-artifacts';
import type { Manifest } from './manifest';
import { coordinatesOfPlace } from './repository-place';

/** What an archive says of itself. */
export interface ArchiveFacts {
  /** Its path, or the name of its entry. */
  readonly path: string;
  readonly manifest: Manifest;
  /** Of the Maven descriptors in it. */
  readonly descriptors: readonly Coordinates[];
  readonly classDirectories: ReadonlySet<string>;
}

export interface OwnIdentity {
  /** `group:artifact`, or the artifact alone where nothing that can be trusted names the group. */
  readonly name: string;
  /** Empty where nothing states it. */
  readonly version: string;
}

/**
 * What the archive itself is, where no Maven descriptor says so: its file name and manifest, and a group only with proof.
 * Empty when one of the descriptors is its own; two where a file is known under two names.
 */
export function ownIdentities(facts: ArchiveFacts): readonly OwnIdentity[] {
  const stem = stemOf(facts.path);
  const named = fileIdentityOf(stem);
  if (named !== undefined && /^(?:test-|tests-)?(?:sources|javadoc)$/.test(named.classifier)) return [];
  const stated = statedVersion(facts.manifest);
  const title = titleOf(facts.manifest);
  if (facts.descriptors.some((descriptor) => isOwn(descriptor, { stem, title, artifact: named?.artifact }))) return [];
  // A renamed file, unless name or manifest has another version: then the descriptor is that of something shaded in.
  const [single, ...more] = facts.descriptors;
  if (single !== undefined && more.length === 0 && (named !== undefined || title === undefined)) {
    if (isVersionOf(single.version, named?.version ?? stated ?? single.version)) return [];
  }
  const placed = coordinatesOfPlace(facts.path) ?? pluginOf(facts.manifest);
  if (placed !== undefined) return placedIdentities(placed, facts);
  const isOfOther = stated !== undefined && stated !== named?.version && isManifestOfOther(facts, stated);
  return namedIdentities(stem, named, isOfOther ? { ...facts, manifest: new Map() } : facts);
}

function namedIdentities(stem: string, named: FileIdentity | undefined, facts: ArchiveFacts): readonly OwnIdentity[] {
  const title = titleOf(facts.manifest);
  const version = named?.version ?? statedVersion(facts.manifest) ?? '';
  if (version === '' && facts.classDirectories.size === 0) return [];
  const known = qualifiedIdentities(named?.artifact ?? stem, version, facts);
  if (known.length > 0) return known;
  // Renamed: what the manifest calls it is as good as a file's name, where the classes are there.
  const titled = named === undefined && title !== undefined ? knownIdentities(title, version, facts) : [];
  if (titled.length > 0) return titled;
  const artifact = named?.artifact ?? title ?? stem;
  if (!isId(artifact)) return [];
  const group = groupOf(artifact, facts);
  return [{ name: group === undefined ? artifact : nameOf({ group, artifact }), version }];
}

/** Maven's bundle plugin writes `33.2.0.jre` for `33.2.0-jre`: https://docs.osgi.org/specification/osgi.core/8.0.0/framework.module.html */
function isVersionOf(version: string, stated: string): boolean {
  return stated === version || stated === version.replace(/^(\d+\.\d+\.\d+)-/, '$1.');
}

/** Where shading kept the manifest of something shaded in, that is of the same group and version; of the archive it says nothing. */
function isManifestOfOther({ manifest, descriptors }: ArchiveFacts, stated: string): boolean {
  const vendor = manifest.get('implementation-vendor-id');
  return descriptors.some(({ group, version }) => group === vendor && version === stated);
}

function isOwn(
  { group, artifact, version }: Coordinates,
  archive: { readonly stem: string; readonly title: string | undefined; readonly artifact: string | undefined },
): boolean {
  if (artifact === archive.artifact || artifact === archive.stem || artifact === archive.title) return true;
  // `guava-30.0-jre`, `guava-30.0-jre-linux`, `com.google.guava_30.0-jre` and `com.google.guava.guava-30.0-jre`.
  const plain = `${artifact}-${version}`;
  return (
    archive.stem === plain ||
    archive.stem.startsWith(`${plain}-`) ||
    archive.stem.endsWith(`.${plain}`) ||
    archive.stem.startsWith(`${group}_`) ||
    archive.stem.startsWith(`${artifact}_`)
  );
}

/**
 * Jenkins knows a plugin by these and not by its file, and its advisories name the two with a colon. Those that Gradle builds have no
 * descriptor: https://www.jenkins.io/doc/developer/plugin-development/plugin-manifest/
 */
function pluginOf(manifest: Manifest): Coordinates | undefined {
  const group = manifest.get('group-id');
  const artifact = manifest.get('short-name');
  // A snapshot's is followed by who built it.
  const version = manifest.get('plugin-version')?.split(' ')[0];
  return isId(group) && isId(artifact) && isVersion(version) ? { group, artifact, version } : undefined;
}

/** Tasks of Gradle, which some builds write where the archive's title belongs (grpc-java). */
const tasks: ReadonlySet<string> = new Set(['jar', 'war', 'shadowJar', 'bootJar', 'bootWar', 'fatJar', 'uberJar']);

/** The manifest's title where it is written like an id and not like a sentence or a class. */
function titleOf(manifest: Manifest): string | undefined {
  return ['implementation-title', 'specification-title', 'bundle-symbolicname', 'automatic-module-name']
    .map((key) => manifest.get(key)?.split(';')[0])
    .find((title) => title !== undefined && /^[A-Za-z][A-Za-z0-9_-]{1,100}$/.test(title) && !tasks.has(title));
}

/** A specification's version is often that of an interface, so it comes last. */
function statedVersion(manifest: Manifest): string | undefined {
  return ['implementation-version', 'bundle-version', 'specification-version']
    .map((key) => wordWithVersion(manifest.get(key) ?? ''))
    .find((version) => isVersion(version) && /\d/.test(version));
}

/** What follows a space is a build's number or date; only ClickHouse has the artifact first, `client-v2 0.10.0 (revision: 57aacb1)`. */
function wordWithVersion(text: string): string | undefined {
  const [first = '', second = ''] = text.split(' ');
  return /^[a-z]+(?:-[a-z0-9]+)+$/.test(first) && /^\d+\.\d/.test(second) ? second : first;
}

function placedIdentities(placed: Coordinates, facts: ArchiveFacts): readonly OwnIdentity[] {
  const known = knownIdentities(placed.artifact, placed.version, facts);
  return known.length > 0 ? known : [{ name: nameOf(placed), version: placed.version }];
}

/** More than any name has. */
const maxDots = 20;

/**
 * `group.artifact-version.jar`, as Quarkus and sbt's packager call what they bring along, or `artifact-version.jar`. As the dots of
 * a name may be the artifact's own, a group counts only where classes or manifest prove it.
 */
function qualifiedIdentities(name: string, version: string, facts: ArchiveFacts): readonly OwnIdentity[] {
  const dots = [...name.matchAll(/\.(?=[A-Za-z])/g)].map((match) => match.index).slice(0, maxDots);
  for (const dot of dots.reverse()) {
    const group = name.slice(0, dot);
    const artifact = name.slice(dot + 1);
    const known = knownIdentities(artifact, version, facts).filter((each) => each.name.startsWith(`${group}:`));
    if (known.length > 0) return known;
    if (isProven(group, artifact, facts)) return [{ name: nameOf({ group, artifact }), version }];
  }
  return knownIdentities(name, version, facts);
}

/** The manifest may have only the organisation, the front of the group. A bundle called by its symbolic name says nothing new. */
function isProven(group: string, artifact: string, facts: ArchiveFacts): boolean {
  const isNamedAfterBundle = symbolicNameOf(facts.manifest) === `${group}.${artifact}`;
  const proven = groupOf(artifact, isNamedAfterBundle ? withoutSymbolicName(facts) : facts);
  return proven === group || (proven !== undefined && !artifact.includes('.') && group.startsWith(`${proven}.`));
}

function withoutSymbolicName(facts: ArchiveFacts): ArchiveFacts {
  return { ...facts, manifest: new Map([...facts.manifest].filter(([key]) => key !== 'bundle-symbolicname')) };
}

function symbolicNameOf(manifest: Manifest): string {
  return manifest.get('bundle-symbolicname')?.split(';')[0]?.trim() ?? '';
}

function knownIdentities(artifact: string, version: string, facts: ArchiveFacts): readonly OwnIdentity[] {
  // Spring's starters hold no classes, but the build writes their name into the manifest.
  const isModule = facts.manifest.get('automatic-module-name') === artifact.replaceAll('-', '.');
  const fitting = knownArtifacts.filter(
    (known) => fits(known, artifact, version) && (isModule || holds(facts.classDirectories, known.classesIn)),
  );
  const first = fitting[0];
  if (first === undefined) return [];
  // Further rows of the same file count where they give it another name.
  return fitting
    .filter((known) => known === first || (known.named === first.named && known.artifact !== first.artifact))
    .map((known) => ({ name: nameOf({ group: known.group, artifact: known.artifact ?? artifact }), version }));
}

function fits({ named, beforeMajor }: KnownArtifact, artifact: string, version: string): boolean {
  const isNamed = named.endsWith('*') ? artifact.startsWith(named.slice(0, -1)) : artifact === named;
  return isNamed && (beforeMajor === undefined || Number.parseInt(version, 10) < beforeMajor);
}

function holds(directories: ReadonlySet<string>, wanted: string): boolean {
  for (const directory of directories) {
    if (directory === wanted || directory.startsWith(`${wanted}/`)) return true;
  }
  return false;
}

/** Groups that many projects share the front of; none of their artifacts has it as its group. */
const umbrellas: ReadonlySet<string> = new Set([
  'org.apache',
  'org.apache.commons',
  'org.eclipse',
  'com.google',
  'com.sun',
]);

/** What sbt appends to the names of artifacts: `akka-actor_2.12`, `cats-core_3`. */
const scalaVersion = /_(?:2\.\d{1,2}|3)$/;

/**
 * From what build tools write and never from a bare name: a symbolic name that is made of group and artifact, Gradle's
 * `group#artifact;version`, or the id that Maven's archiver writes, which others fill as they like: only with classes below it, or of a
 * name that sbt makes.
 */
function groupOf(artifact: string, { manifest, classDirectories }: ArchiveFacts): string | undefined {
  const vendor = manifest.get('implementation-vendor-id');
  const plain = artifact.replace(scalaVersion, '');
  // sbt writes the organisation there: https://www.scala-sbt.org/1.x/docs/Howto-Package.html
  const isTrusted = plain !== artifact || holds(classDirectories, vendor?.split('.').slice(0, 2).join('/') ?? '');
  const candidates = [
    groupFromSymbolicName(plain, symbolicNameOf(manifest)),
    /^([^#;]{1,256})#[^#;]{1,256};/.exec(manifest.get('implementation-title') ?? '')?.[1],
    isTrusted ? vendor : undefined,
  ];
  return candidates.find(
    (group) => group !== undefined && /^[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+$/.test(group) && !umbrellas.has(group),
  );
}

/**
 * Maven's bundle plugin makes `group.artifact` of the two, without what they have in common: `org.yaml.snakeyaml`,
 * `org.eclipse.jetty.server` of jetty-server, `com.google.guava`.
 * https://felix.apache.org/documentation/subprojects/apache-felix-maven-bundle-plugin-bnd.html
 */
function groupFromSymbolicName(artifact: string, symbolicName: string): string | undefined {
  if (symbolicName.endsWith(`.${artifact}`)) {
    const front = symbolicName.slice(0, -artifact.length - 1);
    return front.includes('.') && !umbrellas.has(front) ? front : symbolicName;
  }
  const dash = artifact.indexOf('-');
  if (dash === -1) return undefined;
  const shared = `.${artifact.slice(0, dash)}`;
  const rest = artifact.slice(dash + 1).replaceAll('-', '.');
  if (!symbolicName.replaceAll('-', '.').endsWith(`${shared}.${rest}`)) return undefined;
  return symbolicName.slice(0, -rest.length - 1);
}
