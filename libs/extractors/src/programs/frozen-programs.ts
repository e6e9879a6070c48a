import { posix } from 'node:path';
import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { bufferSource } from '@tidewaiter/formats';
import { nothingExtracted, type ExtractContext, type Extraction, type LayerFile } from '../extractor';
import { frozenContent, frozenFiles, type FrozenFile } from '../pyinstaller/frozen-files';
import { isNameOfKnown, plainName, recognised } from './recognised';

/** Python's library has some 25 MB. They are inflated one after another. */
const programBytes = 256 * 1024 * 1024;

/** The libraries that a Python program in one file carries along, its interpreter among them. See ../pyinstaller. */
export function frozenPrograms({ path, content }: LayerFile, { limits }: ExtractContext): Extraction {
  const files = frozenFiles(content, limits.archiveEntries);
  // That the table is damaged is said by the reader of its packages.
  if (files === undefined || files === 'damaged') return nothingExtracted;
  const packages: ExtractedPackage[] = [];
  const problems: Problem[] = [];
  let left = limits.archiveBytes;
  for (const file of files) {
    const name = plainName(posix.basename(file.name));
    if (file.sizeBytes === 0 || !isNameOfKnown(name)) continue;
    const bytes = frozenContent(content, file, Math.min(programBytes, left));
    left -= bytes?.length ?? 0;
    if (bytes === undefined) problems.push(unreadable(path, file));
    const known = bytes === undefined ? undefined : recognised(name, bufferSource(bytes));
    if (known !== undefined) packages.push({ ...known, inside: file.name });
  }
  return { packages, problems };
}

function unreadable(path: string, { name }: FrozenFile): Problem {
  return {
    code: 'frozen-program-unreadable',
    message: `"${name}", which the Python program "${path}" carries along, is damaged or too large; its version is not known.`,
    path,
  };
}
