import { nothingExtracted, isPackageText, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { linesOf } from '../lines';

const maxBytes = 4 * 1024 * 1024;

/** Packages that GHC can link: its own, and what Cabal, Stack and distros installed. See README.md beside this file. */
export const haskell: Extractor = {
  id: 'haskell',
  revision: 1,
  reads: 'language',
  files: ['package.conf.d', 'package.db', 'pkgdb'].map((below) => ({ suffix: '.conf', below, maxBytes })),
  extract: (file) => Promise.resolve(readRegistration(file)),
};

/** Directly in a database; deeper there is none. */
const registered = /(?:^|\/)(?:package\.conf\.d|package\.db|pkgdb)\/[^/]+$/;

function readRegistration(file: LayerFile): Extraction {
  if (!registered.test(file.path)) return nothingExtracted;
  const fields = fieldsOf(file.bytes.toString('utf8'));
  // A library inside of a package is registered for itself, under a made-up name.
  const name = fields.get('package-name') ?? fields.get('name');
  const version = fields.get('version');
  if (!isPackageText(name) || !isPackageText(version)) return { packages: [], problems: [unreadable(file.path)] };
  const license = fields.get('license');
  return { packages: [{ name, version, ...(license === undefined ? {} : { licenses: [license] }) }], problems: [] };
}

const wanted: ReadonlySet<string> = new Set(['name', 'package-name', 'version', 'license']);

/** `field: value`, where a value may stand on the next line, indented. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let pending: string | undefined;
  for (const line of linesOf(text)) {
    const [, name, value = ''] = /^([A-Za-z][\w-]{0,63}):[ \t]*(.{0,1024})$/.exec(line) ?? [];
    if (name === undefined) {
      const continued = line.trim();
      if (pending !== undefined && continued !== '' && /^[ \t]/.test(line)) fields.set(pending, continued);
      pending = undefined;
      continue;
    }
    pending = undefined;
    const field = name.toLowerCase();
    if (!wanted.has(field) || fields.has(field)) continue;
    if (value.trim() === '') pending = field;
    else fields.set(field, value.trim());
  }
  return fields;
}

function unreadable(path: string): Extraction['problems'][number] {
  return {
    code: 'haskell-registration-unreadable',
    message: `"${path}" does not say which Haskell package is installed.`,
    path,
  };
}
