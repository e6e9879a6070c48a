import { posix } from 'node:path';
import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { randomAccess, readZip, type ZipProblem } from '@tidewaiter/formats';
import { ok, type Result } from '@tidewaiter/kit';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { textsOf } from '../lines';
import { readMetadata } from './metadata';
import { metadataPlaceOf } from './place';
import { recordedPaths } from './record';

const metadataBytes = 8 * 1024 * 1024;
const archiveBytes = 256 * 1024 * 1024;
const applicationBytes = 4 * 1024 * 1024 * 1024;

/** Python packages as pip, uv, conda, distros and eggs install them, and those in zipped applications. See README.md beside this file. */
export const python: Extractor = {
  id: 'python',
  revision: 9,
  reads: 'language',
  files: [
    { baseName: 'METADATA', maxBytes: metadataBytes },
    { baseName: 'PKG-INFO', maxBytes: metadataBytes },
    { suffix: '.egg-info', maxBytes: metadataBytes },
    { baseName: 'RECORD', maxBytes: 64 * 1024 * 1024 },
    { baseName: 'installed-files.txt', maxBytes: 64 * 1024 * 1024 },
    { suffix: '.egg', maxBytes: archiveBytes },
    { suffix: '.pyz', maxBytes: applicationBytes },
    { suffix: '.pex', maxBytes: applicationBytes },
    { zippedProgram: true, maxBytes: applicationBytes },
    { suffix: '.whl', below: '_bundled', maxBytes: archiveBytes },
    { suffix: '.whl', below: 'python-wheels', maxBytes: archiveBytes },
  ],
  extract,
};

async function extract(file: LayerFile, context: ExtractContext): Promise<Extraction> {
  const place = metadataPlaceOf(file.path);
  switch (place?.kind) {
    case undefined:
      return readUnnamedApplication(file, context);
    case 'metadata':
      return extractionOf(file.path, packageOf(file.bytes.toString('utf8'), place.isVendored));
    case 'archive':
      return readArchive(file, context, place.isVendored);
    case 'application':
      return readApplication(file, context);
    case 'record':
    case 'installed-files':
      return ownedFiles(recordedPaths(textsOf(file.content), place), place.statedIn, context);
  }
}

export function packageOf(text: string, isVendored: boolean): ExtractedPackage | undefined {
  const { name, version, licenses } = readMetadata(text);
  if (name === undefined || name === '' || version === undefined || version === '') return undefined;
  return {
    name,
    version,
    ...(isVendored ? { isVendored } : {}),
    ...(licenses.length === 0 ? {} : { licenses }),
  };
}

function extractionOf(path: string, found: ExtractedPackage | undefined): Extraction {
  if (found !== undefined) return { packages: [found], problems: [] };
  return { packages: [], problems: [incomplete(path, 'has no name or no version')] };
}

/** The metadata of an egg is in `EGG-INFO`, that of a wheel in its `.dist-info`; copies it vendors lie deeper. */
async function readArchive(file: LayerFile, context: ExtractContext, isVendored: boolean): Promise<Extraction> {
  const isOwn = (name: string): boolean => /^(?:EGG-INFO\/PKG-INFO|[^/]+\.dist-info\/METADATA)$/.test(name);
  for await (const entry of zipped(file, context, isOwn)) {
    if (!entry.ok) return { packages: [], problems: [incomplete(file.path, entry.error.message)] };
    const { text, inside } = entry.value;
    const found = packageOf(text, isVendored);
    return extractionOf(file.path, found === undefined ? undefined : { ...found, inside });
  }
  return { packages: [], problems: [incomplete(file.path, 'has no metadata inside')] };
}

/**
 * An application whose name does not say so, as console scripts have none: that it is Python's, the first line says or the module
 * that Python begins with. The first line may be of a shell, which looks for a Python first.
 */
async function readUnnamedApplication(file: LayerFile, context: ExtractContext): Promise<Extraction> {
  const head = file.content.read(0, 256).toString('latin1');
  if (/^#![^\n]{0,200}python[^\n]{0,40}\nPK/.test(head)) return readApplication(file, context);
  if (!/^(?:#!|PK)/.test(head)) return nothingExtracted;
  let isPython = false;
  for await (const entry of zipped(file, context, (name) => /^__main__\.pyc?$/.test(name))) isPython ||= entry.ok;
  return isPython ? readApplication(file, context) : nothingExtracted;
}

/** What it holds is importable from inside it: https://docs.python.org/3/library/zipapp.html */
async function readApplication(file: LayerFile, context: ExtractContext): Promise<Extraction> {
  if (!/^(?:#!|PK)$/.test(file.content.read(0, 2).toString('latin1'))) return nothingExtracted;
  const packages: ExtractedPackage[] = [];
  const problems: Problem[] = [];
  for await (const entry of zipped(file, context, (name) => metadataPlaceOf(name)?.kind === 'metadata')) {
    if (!entry.ok) {
      problems.push(incomplete(file.path, entry.error.message));
      continue;
    }
    const { text, inside } = entry.value;
    const place = metadataPlaceOf(inside);
    const found = packageOf(text, place?.kind === 'metadata' && place.isVendored);
    if (found === undefined) problems.push(incomplete(`${file.path}!/${inside}`, 'has no name or no version'));
    else packages.push({ ...found, inside });
  }
  return { packages, problems };
}

/** The wanted files of a zip; where one cannot be read, why. */
async function* zipped(
  file: LayerFile,
  context: ExtractContext,
  wants: (name: string) => boolean,
): AsyncGenerator<Result<{ readonly text: string; readonly inside: string }, ZipProblem>> {
  const zip = readZip(randomAccess(file.content), wants, {
    maxEntries: context.limits.archiveEntries,
    maxDirectoryBytes: 64 * 1024 * 1024,
    maxEntryBytes: metadataBytes,
    maxTotalBytes: context.limits.archiveBytes,
    maxRatio: 250,
  });
  for await (const entry of zip) {
    const content = entry.ok ? entry.value.content : entry;
    if (!content.ok) yield content;
    else yield ok({ text: Buffer.from(content.value).toString('utf8'), inside: entry.ok ? entry.value.name : '' });
  }
}

/** Kept where it has no path that matters too: a list without metadata beside it is the one trace of a package. */
function ownedFiles(paths: Iterable<string>, statedIn: string, context: ExtractContext): Extraction {
  const wanted: string[] = [];
  for (const path of paths) if (path !== statedIn && context.wantsOwner(path)) wanted.push(path);
  return { packages: [], ownedFiles: [{ statedIn, paths: wanted }], problems: [] };
}

function incomplete(path: string, what: string): Problem {
  return {
    code: 'python-metadata-unreadable',
    message: `The metadata of a Python package at "${posix.basename(posix.dirname(path))}/${posix.basename(path)}" ${what}; the package is missing from the inventory.`,
    path,
  };
}
