import { posix } from 'node:path';
import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { randomAccess, readZip } from '@tidewaiter/formats';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { readMetadata } from './metadata';
import { metadataPlaceOf } from './place';
import { recordedPaths } from './record';

const metadataBytes = 8 * 1024 * 1024;
const archiveBytes = 256 * 1024 * 1024;

/** Python packages as pip, uv, conda, distros and eggs install them. See README.md beside this file. */
export const python: Extractor = {
  id: 'python',
  revision: 3,
  reads: 'language',
  files: [
    { baseName: 'METADATA', maxBytes: metadataBytes },
    { baseName: 'PKG-INFO', maxBytes: metadataBytes },
    { suffix: '.egg-info', maxBytes: metadataBytes },
    { baseName: 'RECORD', maxBytes: 64 * 1024 * 1024 },
    { baseName: 'installed-files.txt', maxBytes: 64 * 1024 * 1024 },
    { suffix: '.egg', maxBytes: archiveBytes },
    { suffix: '.whl', below: '_bundled', maxBytes: archiveBytes },
    { suffix: '.whl', below: 'python-wheels', maxBytes: archiveBytes },
  ],
  extract,
};

async function extract(file: LayerFile, context: ExtractContext): Promise<Extraction> {
  const place = metadataPlaceOf(file.path);
  switch (place?.kind) {
    case undefined:
      return nothingExtracted;
    case 'metadata':
      return extractionOf(file.path, packageOf(file.bytes.toString('utf8'), place.isVendored));
    case 'archive':
      return readArchive(file, context, place.isVendored);
    case 'record':
    case 'installed-files':
      return ownedFiles(recordedPaths(file.bytes.toString('utf8'), place), place.statedIn, context);
  }
}

function packageOf(text: string, isVendored: boolean): ExtractedPackage | undefined {
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
  const zip = readZip(
    randomAccess(file.content),
    (name) => /^(?:EGG-INFO\/PKG-INFO|[^/]+\.dist-info\/METADATA)$/.test(name),
    {
      maxEntries: context.limits.archiveEntries,
      maxDirectoryBytes: metadataBytes,
      maxEntryBytes: metadataBytes,
      maxTotalBytes: context.limits.archiveBytes,
      maxRatio: 250,
    },
  );
  for await (const entry of zip) {
    const content = entry.ok ? entry.value.content : entry;
    if (!content.ok) return { packages: [], problems: [incomplete(file.path, content.error.message)] };
    const inside = entry.ok ? entry.value.name : '';
    const found = packageOf(Buffer.from(content.value).toString('utf8'), isVendored);
    return extractionOf(file.path, found === undefined ? undefined : { ...found, inside });
  }
  return { packages: [], problems: [incomplete(file.path, 'has no metadata inside')] };
}

function ownedFiles(paths: Iterable<string>, statedIn: string, context: ExtractContext): Extraction {
  const wanted: string[] = [];
  for (const path of paths) if (path !== statedIn && context.wantsOwner(path)) wanted.push(path);
  if (wanted.length === 0) return nothingExtracted;
  return { packages: [], ownedFiles: [{ statedIn, paths: wanted }], problems: [] };
}

function incomplete(path: string, what: string): Problem {
  return {
    code: 'python-metadata-unreadable',
    message: `The metadata of a Python package at "${posix.basename(posix.dirname(path))}/${posix.basename(path)}" ${what}; the package is missing from the inventory.`,
    path,
  };
}
