import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { ZipArchive, type ByteSource, type ZipEntry, type ZipLimits, type ZipProblem } from '@tidewaiter/formats';
import type { ArchiveLimits, Extraction } from '../extractor';
import { scanArchive, type ArchiveContents, type Descriptor } from './archive-contents';
import { isId, isVersion, nameOf, type Coordinates } from './coordinates';
import { fileIdentityOf, holdsArchive, stemOf } from './file-name';
import { parseManifest } from './manifest';
import { ownIdentities } from './own-identity';
import { parsePom, type Pom } from './pom';
import { parseProperties } from './properties';

interface Place {
  /** Where this archive lies in the file: `BOOT-INF/lib/a.jar`; empty for the file itself. */
  readonly inside: string;
  readonly depth: number;
}

const maxDirectoryBytes = 64 * 1024 * 1024;
const maxDocumentBytes = 4 * 1024 * 1024;
/** Of archives that had to be inflated because they lie compressed in others, at one time. */
const maxHeldBytes = 512 * 1024 * 1024;
const maxRatio = 250;
const maxProblems = 50;

export function zipLimits(source: ByteSource, maxEntries: number, limits: ArchiveLimits): ZipLimits {
  return {
    maxEntries,
    maxDirectoryBytes,
    maxEntryBytes: Math.max(maxHeldBytes, source.sizeBytes),
    maxTotalBytes: limits.archiveBytes,
    maxRatio,
  };
}

/** Reads one file with all archives in it: an archive that cannot be read loses itself and what is in it, nothing else. */
export class ArchiveWalk {
  readonly #packages: ExtractedPackage[] = [];
  readonly #problems: Problem[] = [];
  #problemCount = 0;
  #entriesLeft: number;
  #bytesLeft: number;
  #heldBytes = 0;

  constructor(
    private readonly path: string,
    private readonly limits: ArchiveLimits,
  ) {
    this.#entriesLeft = limits.archiveEntries;
    this.#bytesLeft = limits.archiveBytes;
  }

  extraction(): Extraction {
    const unsaid = this.#problemCount - this.#problems.length;
    const problems = [...this.#problems];
    if (unsaid > 0) {
      problems.push({
        code: 'java-archive-problems',
        message: `"${this.path}" has ${unsaid} more problems of the kinds named, in entries and archives inside it.`,
        path: this.path,
      });
    }
    return { packages: this.#packages, problems };
  }

  async read(source: ByteSource, place: Place = { inside: '', depth: 1 }): Promise<void> {
    const archive = await ZipArchive.open(source, zipLimits(source, this.#entriesLeft, this.limits));
    if (!archive.ok) {
      this.#problem(this.#ofWhatIsLeft(archive.error), place.inside);
      return;
    }
    const contents = scanArchive(archive.value.entries());
    for (const problem of contents.problems) this.#problem(this.#ofWhatIsLeft(problem), place.inside);
    this.#entriesLeft -= contents.entryCount;
    await this.#identify(archive.value, contents, place);
    for (const entry of contents.nested) await this.#descend(archive.value, entry, place);
  }

  async #identify(archive: ZipArchive, contents: ArchiveContents, { inside }: Place): Promise<void> {
    const path = inside === '' ? this.path : inside;
    const found = new Map<string, ExtractedPackage>();
    const descriptors: Coordinates[] = [];
    for (const descriptor of contents.descriptors) {
      const at = within(inside, (descriptor.properties ?? descriptor.pom)?.name ?? '');
      const coordinates = await this.#describe(archive, descriptor, { path, at });
      if (coordinates === undefined) continue;
      descriptors.push(coordinates);
      add(found, { name: nameOf(coordinates), version: coordinates.version, inside: at });
    }
    const manifest =
      contents.manifest === undefined ? undefined : await this.#document(archive, contents.manifest, inside);
    const own = ownIdentities({
      path,
      manifest: manifest === undefined ? new Map() : parseManifest(manifest),
      descriptors,
      classDirectories: contents.classDirectories,
    });
    for (const identity of own) add(found, { ...identity, ...(inside === '' ? {} : { inside }) });
    await this.#nettyModules(archive, contents, { inside, found });
    for (const { group, artifact, path: classPath } of contents.knownClasses) {
      const name = nameOf({ group, artifact });
      if ([...found.values()].some((pkg) => pkg.name === name)) continue;
      this.#problem(
        {
          code: 'java-classes-without-version',
          message: `is a class of ${name}, but nothing tells which version; find out what brought it`,
        },
        within(inside, classPath),
      );
    }
    this.#packages.push(...found.values());
  }

  /** What a descriptor states; what it leaves out its pom.xml, its directory or the file's name may tell. */
  async #describe(
    archive: ZipArchive,
    descriptor: Descriptor,
    { path, at }: { readonly path: string; readonly at: string },
  ): Promise<Coordinates | undefined> {
    const text = descriptor.properties && (await this.#document(archive, descriptor.properties, at));
    const stated = text && parseProperties(text);
    const pom = isVersion(stated?.get('version')) ? undefined : await this.#pom(archive, descriptor.pom, at);
    const group = [stated?.get('groupId'), pom?.group, descriptor.group].find(isId);
    const artifact = [stated?.get('artifactId'), pom?.artifact, descriptor.artifact].find(isId);
    const named = fileIdentityOf(stemOf(path));
    const namedVersion = named?.artifact === artifact ? named?.version : undefined;
    const version = [stated?.get('version'), pom?.version, namedVersion].find(isVersion);
    if (group !== undefined && artifact !== undefined && version !== undefined) return { group, artifact, version };
    this.#problem({ code: 'java-descriptor-incomplete', message: 'does not state group, artifact and version' }, at);
    return undefined;
  }

  async #pom(archive: ZipArchive, entry: ZipEntry | undefined, at: string): Promise<Pom | undefined> {
    const bytes = entry && (await this.#document(archive, entry, at));
    if (bytes === undefined) return undefined;
    const pom = parsePom(bytes);
    if (pom.ok) return pom.value;
    this.#problem(pom.error, at);
    return undefined;
  }

  async #nettyModules(
    archive: ZipArchive,
    { nettyVersions }: ArchiveContents,
    { inside, found }: { readonly inside: string; readonly found: Map<string, ExtractedPackage> },
  ): Promise<void> {
    if (nettyVersions === undefined) return;
    const text = await this.#document(archive, nettyVersions, inside);
    if (text === undefined) return;
    const named = new Set([...found.values()].map((pkg) => pkg.name));
    for (const [key, version] of parseProperties(text)) {
      const artifact = key.endsWith('.version') ? key.slice(0, -'.version'.length) : undefined;
      if (!isId(artifact) || !isVersion(version)) continue;
      const name = nameOf({ group: 'io.netty', artifact });
      if (!named.has(name)) add(found, { name, version, inside: within(inside, nettyVersions.name) });
    }
  }

  async #descend(archive: ZipArchive, entry: ZipEntry, place: Place): Promise<void> {
    const inside = within(place.inside, entry.name);
    if (place.depth >= this.limits.archiveDepth) {
      this.#problem({ code: 'archive-too-deep', message: `is nested deeper than ${this.limits.archiveDepth}` }, inside);
      return;
    }
    const heldBytes = entry.method === 0 ? 0 : entry.inflatedBytes;
    if (this.#heldBytes + heldBytes > maxHeldBytes) {
      this.#problem({ code: 'archive-too-large', message: `needs more than ${maxHeldBytes} bytes of memory` }, inside);
      return;
    }
    if (!this.#spend(heldBytes, inside)) return;
    const source = await archive.open(entry);
    if (!source.ok) {
      this.#problem(source.error, inside);
      return;
    }
    if (!holdsArchive(entry.name, source.value)) return;
    this.#heldBytes += heldBytes;
    await this.read(source.value, { inside, depth: place.depth + 1 });
    this.#heldBytes -= heldBytes;
  }

  /** That "at most 3 are read" of an archive is because of what others had. */
  #ofWhatIsLeft({ code, message }: ZipProblem): ZipProblem {
    const { archiveEntries } = this.limits;
    if (code !== 'zip-too-large' || this.#entriesLeft === archiveEntries) return { code, message };
    return { code, message: `${message}: what is left of ${archiveEntries} for one file and all archives in it` };
  }

  async #document(archive: ZipArchive, entry: ZipEntry, inside: string): Promise<Buffer | undefined> {
    if (entry.inflatedBytes > maxDocumentBytes) {
      this.#problem({ code: 'zip-entry-too-large', message: `is larger than ${maxDocumentBytes} bytes` }, inside);
      return undefined;
    }
    if (!this.#spend(entry.inflatedBytes, inside)) return undefined;
    const bytes = await archive.read(entry);
    if (bytes.ok) return bytes.value;
    this.#problem(bytes.error, inside);
    return undefined;
  }

  #spend(bytes: number, inside: string): boolean {
    if (bytes > this.#bytesLeft) {
      const message = `would make it more than ${this.limits.archiveBytes} bytes that are inflated of one file`;
      this.#problem({ code: 'archive-too-large', message }, inside);
      return false;
    }
    this.#bytesLeft -= bytes;
    return true;
  }

  #problem({ code, message }: { readonly code: string; readonly message: string }, inside: string): void {
    this.#problemCount++;
    if (this.#problems.length >= maxProblems) return;
    const name = inside === '' ? this.path : within(this.path, inside);
    this.#problems.push({ code, message: `"${name}" ${message}.`, path: this.path });
  }
}

function within(inside: string, name: string): string {
  return inside === '' ? name : `${inside}!/${name}`;
}

function add(found: Map<string, ExtractedPackage>, pkg: ExtractedPackage): void {
  const key = `${pkg.name}@${pkg.version}`;
  if (!found.has(key)) found.set(key, pkg);
}
