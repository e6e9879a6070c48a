import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { metadataPlaceOf } from '../python/place';
import { packageOf } from '../python/python';
import { frozenContent, frozenFiles } from './frozen-files';

const metadataBytes = 8 * 1024 * 1024;

/** Python programs in a single file. See README.md beside this file. */
export const pyinstaller: Extractor = {
  id: 'pyinstaller',
  revision: 1,
  reads: 'language',
  files: [{ program: true, maxBytes: 4 * 1024 * 1024 * 1024 }],
  extract: (file, context) => Promise.resolve(readProgram(file, context)),
};

function readProgram({ path, content }: LayerFile, { limits }: ExtractContext): Extraction {
  const files = frozenFiles(content, limits.archiveEntries);
  if (files === undefined) return nothingExtracted;
  if (files === 'damaged') return { packages: [], problems: [damaged(path, 'the table of its files')] };
  const packages: ExtractedPackage[] = [];
  const problems: Problem[] = [];
  let left = limits.archiveBytes;
  for (const file of files) {
    const place = metadataPlaceOf(file.name);
    if (place?.kind !== 'metadata') continue;
    const bytes = frozenContent(content, file, Math.min(metadataBytes, left));
    left -= bytes?.length ?? 0;
    const found = bytes === undefined ? undefined : packageOf(bytes.toString('utf8'), place.isVendored);
    if (found === undefined) problems.push(damaged(path, `"${file.name}"`));
    else packages.push({ ...found, inside: file.name });
  }
  return { packages, problems: [...problems, unlisted(path, packages.length)] };
}

function damaged(path: string, what: string): Problem {
  return {
    code: 'frozen-python-damaged',
    message: `In the Python program "${path}", which PyInstaller made, ${what} cannot be read; packages may be missing from the inventory.`,
    path,
  };
}

/** Modules are compiled into an archive that knows neither packages nor versions. */
function unlisted(path: string, listed: number): Problem {
  return {
    code: 'frozen-python-incomplete',
    message: `"${path}" is a Python program in one file, made by PyInstaller: ${listed} packages in it carry their metadata and are listed, of the other modules neither package nor version can be told. Build it with --copy-metadata for what matters.`,
    path,
  };
}
