import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { licenseExpression } from './license-names';

/** Which licences a package of Debian's has. See README.md beside this file. */
export const debianCopyright: Extractor = {
  id: 'debian-copyright',
  revision: 1,
  reads: 'license',
  files: [{ baseName: 'copyright', below: 'doc', maxBytes: 16 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(extract(file)),
};

const headBytes = 1024;
const maxLicenses = 200;

function extract(file: LayerFile): Extraction {
  if (!/^usr\/share\/doc\/[^/]+\/copyright$/.test(file.path) || !isMachineReadable(file)) return nothingExtracted;
  const licenses = new Set<string>();
  for (const stated of statedLicenses(file.bytes.toString('latin1'))) {
    const license = licenseExpression(stated);
    if (license !== undefined) licenses.add(license);
    if (licenses.size === maxLicenses) break;
  }
  return licenses.size === 0 ? nothingExtracted : { ...nothingExtracted, licenses: [...licenses].sort() };
}

/** The first paragraph has the address of the specification; there were others before it. */
function isMachineReadable({ content }: LayerFile): boolean {
  const head = content.read(0, Math.min(headBytes, content.sizeBytes)).toString('latin1');
  return /^format(?:-specification)?:.*(?:copyright-format|dep-?5)/im.test(head);
}

/**
 * What stands behind the first `License:` of each paragraph that speaks of files, or of the whole package, as the first one does. These
 * files are long texts and an image has hundreds, so fields are searched for and lines are not looked at one by one.
 */
function* statedLicenses(text: string): Generator<string> {
  const field = '\nLicense:';
  for (let at = text.indexOf(field); at !== -1;) {
    const start = text.lastIndexOf('\n\n', at);
    const blank = text.indexOf('\n\n', at);
    const end = blank === -1 ? text.length : blank;
    const isOfFiles = start === -1 || text.slice(start, end).includes('\nFiles:');
    if (isOfFiles) yield text.slice(at + field.length, lineEnd(text, at + field.length));
    at = text.indexOf(field, end);
  }
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline === -1 ? text.length : newline;
}
