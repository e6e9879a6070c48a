import type { ExtractedPackage, Release } from '@tidewaiter/contracts';
import { elfNotes, type ByteSource } from '@tidewaiter/formats';
import { nothingExtracted, type Extraction, type Extractor } from '../extractor';
import { parseJson } from '../json';
import { readCpe } from '../os-release/release-lines';
import { PackageNote } from './package-note.schema';

/** Programs that say which distro package they were built for. See README.md beside this file. */
export const elfPackage: Extractor = {
  id: 'elf-package',
  revision: 1,
  reads: 'program',
  files: [{ program: true, maxBytes: 4 * 1024 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(extract(file.content)),
};

const owner = 'FDO';
const packagingMetadata = 0xcafe1a7e;

/** Whose database would list a package of that type. */
const databases: ReadonlyMap<string, string> = new Map([
  ['alpm', 'pacman'],
  ['apk', 'apk'],
  ['deb', 'dpkg'],
  ['rpm', 'rpm'],
]);

function extract(source: ByteSource): Extraction {
  for (const note of elfNotes(source)) {
    if (note.owner !== owner || note.type !== packagingMetadata) continue;
    const [json = ''] = note.content.toString('utf8').split('\0', 1);
    const stated = PackageNote.safeParse(parseJson(json));
    const found = stated.success ? packageOf(stated.data) : undefined;
    if (found !== undefined) return { packages: [found], problems: [] };
  }
  return nothingExtracted;
}

function packageOf(note: PackageNote): ExtractedPackage | undefined {
  const { type, name, version, architecture } = note;
  const database = databases.get(type.toLowerCase());
  if (database === undefined) return undefined;
  const release = releaseOf(note);
  return {
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    source: { name, version },
    builtFor: { database, ...(release === undefined ? {} : { release }) },
  };
}

function releaseOf({ os, osVersion, osCpe }: PackageNote): Release | undefined {
  if (os !== undefined) {
    return { id: os.toLowerCase(), ...(osVersion === undefined ? {} : { versionId: osVersion }) };
  }
  return osCpe === undefined ? undefined : readCpe(osCpe);
}
