import { zstdDecompressSync } from 'node:zlib';
import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import type { ExtractContext, Extraction, Extractor, LayerFile, OwnedFiles } from '../extractor';
import { parseJson } from '../json';
import { ManifestEntry } from './manifest.schema';

const mebibyte = 1024 * 1024;
const maxBytes = 16 * mebibyte;
/** The file of a whole distribution would stay far below. */
const maxInflatedBytes = 128 * mebibyte;

/** What is left of Ubuntu in an image cut out with chisel. See README.md beside this file. */
export const chisel: Extractor = {
  id: 'chisel',
  revision: 1,
  reads: 'system',
  files: [{ path: 'var/lib/chisel/manifest.wall', maxBytes }],
  licensesAt: (name) => `usr/share/doc/${name}/copyright`,
  extract: (file, context) => Promise.resolve(extract(file, context)),
};

function extract(file: LayerFile, context: ExtractContext): Extraction {
  const text = inflated(file.bytes);
  return text === undefined ? unreadable(file, 'it is not zstd, or much too large') : readWall(file, text, context);
}

/** Nothing but the input can make it fail. */
function inflated(bytes: Buffer): string | undefined {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: maxInflatedBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}

/** One JSON object a line; the first says what the file is and how many lines there are, itself included. */
function readWall(file: LayerFile, text: string, context: ExtractContext): Extraction {
  const packages: ExtractedPackage[] = [];
  const paths = new Map<string, string[]>();
  let stated: number | undefined;
  let read = 0;
  for (const line of text.split('\n')) {
    const entry = line === '' ? undefined : entryOf(line);
    if (entry === undefined) continue;
    read++;
    if ('jsonwall' in entry) stated = entry.count;
    else if (entry.kind === 'package') packages.push(packageOf(entry));
    else if (entry.kind === 'path') keepOwner(entry, paths, context);
  }
  if (stated === undefined) return unreadable(file, 'it has no header of a jsonwall');
  return {
    packages,
    ownedFiles: [...paths].map(([name, owned]): OwnedFiles => ({ name, paths: owned })),
    problems: read === stated ? [] : [incomplete(file, read, stated)],
  };
}

function entryOf(line: string): ManifestEntry | undefined {
  const entry = ManifestEntry.safeParse(parseJson(line));
  return entry.success ? entry.data : undefined;
}

function packageOf({ name, version, arch }: Extract<ManifestEntry, { kind: 'package' }>): ExtractedPackage {
  return { name, version, ...(arch === '' ? {} : { architecture: arch }), isDistroMaintained: true };
}

/** A slice is called `<package>_<slice>`, and no package's name has an underscore. Several may have put something into one file. */
function keepOwner(
  { path, slices }: Extract<ManifestEntry, { kind: 'path' }>,
  paths: Map<string, string[]>,
  context: ExtractContext,
): void {
  const clean = path.replace(/^\/+/, '');
  if (clean === '' || clean.endsWith('/') || !context.wantsOwner(clean)) return;
  for (const name of new Set(slices.map((slice) => slice.split('_')[0] ?? slice))) {
    const owned = paths.get(name);
    if (owned === undefined) paths.set(name, [clean]);
    else owned.push(clean);
  }
}

function unreadable(file: LayerFile, reason: string): Extraction {
  return {
    packages: [],
    problems: [
      {
        code: 'chisel-manifest-unreadable',
        message: `The chisel manifest cannot be read: ${reason}. The packages it lists are not known.`,
        path: file.path,
      },
    ],
  };
}

function incomplete(file: LayerFile, read: number, stated: number): Problem {
  return {
    code: 'chisel-manifest-incomplete',
    message: `The chisel manifest says it has ${stated} lines and ${read} could be read; packages may be missing.`,
    path: file.path,
  };
}
