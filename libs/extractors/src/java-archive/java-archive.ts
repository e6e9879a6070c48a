import { ZipArchive, type ByteSource } from '@tidewaiter/formats';
import type { ArchiveLimits, Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';
import { isManifest } from './archive-contents';
import { ArchiveWalk, zipLimits } from './archive-walk';
import { isId, isVersion, nameOf } from './coordinates';
import { archiveEndings, holdsArchive, isArchive } from './file-name';
import { parseProperties } from './properties';

/** Java libraries and applications as archives, whatever lies in whatever. See README.md beside this file. */
export const javaArchive: Extractor = {
  id: 'java-archive',
  revision: 10,
  reads: 'language',
  files: [
    ...archiveEndings.map((suffix) => ({ suffix, maxBytes: 4 * 1024 * 1024 * 1024 })),
    { zippedProgram: true, maxBytes: 4 * 1024 * 1024 * 1024 },
    // Of an archive that was unpacked: Tomcat's applications, Spring Boot in layers.
    { baseName: 'pom.properties', below: 'META-INF/maven', maxBytes: 1024 * 1024 },
  ],
  extract: (file, { limits }) =>
    file.path.endsWith('.properties') ? Promise.resolve(readDescriptor(file)) : readFile(file, limits),
};

async function readFile(file: LayerFile, limits: ArchiveLimits): Promise<Extraction> {
  const isNamed = isArchive(file.path);
  if (isNamed ? !holdsArchive(file.path, file.content) : !(await isJavaProgram(file.content, limits))) {
    return nothingExtracted;
  }
  const walk = new ArchiveWalk(file.path, limits);
  await walk.read(file.content);
  return walk.extraction();
}

/** `ktlint`, or a Spring Boot application made executable: a script that starts Java with the archive behind it, of any name. */
async function isJavaProgram(content: ByteSource, limits: ArchiveLimits): Promise<boolean> {
  const archive = await ZipArchive.open(content, zipLimits(content, limits.archiveEntries, limits));
  // One that is too large is worth a word; what has no end record is a script like others.
  if (!archive.ok) return archive.error.code === 'zip-too-large';
  for (const entry of archive.value.entries()) if (entry.ok && isManifest(entry.value.name)) return true;
  return false;
}

function readDescriptor({ path, bytes }: LayerFile): Extraction {
  const stated = parseProperties(bytes);
  const group = stated.get('groupId');
  const artifact = stated.get('artifactId');
  const version = stated.get('version');
  if (isId(group) && isId(artifact) && isVersion(version)) {
    return { packages: [{ name: nameOf({ group, artifact }), version }], problems: [] };
  }
  const message = `"${path}" does not state group, artifact and version.`;
  return { packages: [], problems: [{ code: 'java-descriptor-incomplete', message, path }] };
}
