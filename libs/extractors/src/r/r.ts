import type { Problem } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';

/** Installed packages of R. See README.md beside this file. */
export const r: Extractor = {
  id: 'r',
  revision: 2,
  reads: 'language',
  files: [{ baseName: 'DESCRIPTION', maxBytes: 1024 * 1024 }],
  extract: (file) => Promise.resolve(readDescription(file)),
};

function readDescription(file: LayerFile): Extraction {
  const fields = fieldsOf(file.bytes.toString('utf8'));
  const name = fields.get('Package');
  const version = fields.get('Version');
  // Only what R CMD INSTALL has put there was built; other files of this name are sources, or something else entirely.
  if (!fields.has('Built')) return nothingExtracted;
  if (name === undefined || version === undefined) return { packages: [], problems: [incomplete(file.path)] };
  // Packages of priority "base" are R itself and have its version.
  if (fields.get('Priority') === 'base') return nothingExtracted;
  const license = fields.get('License');
  const directory = file.path.slice(0, file.path.lastIndexOf('/'));
  return {
    packages: [{ name, version, ...(license === undefined ? {} : { licenses: [license] }) }],
    ownedFiles: [{ statedIn: file.path, paths: [], directories: [directory] }],
    problems: [],
  };
}

function incomplete(path: string): Problem {
  const message = `"${path}" is of an installed package of R and has no readable name and version; the package is missing.`;
  return { code: 'r-description-incomplete', message, path };
}

/** Debian control format: what a continued line adds is not needed of any field that is read. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z][\w@./-]{0,64}): *(\S.{0,512})$/.exec(line.trimEnd()) ?? [];
    if (name !== undefined && value !== undefined && !fields.has(name)) fields.set(name, value.trim());
  }
  return fields;
}
