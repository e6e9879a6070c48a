import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { readStanzas, type Stanza } from '../dpkg/control-stanzas';
import { isPresent } from '../dpkg/package-state';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { linesOf } from '../lines';

const mebibyte = 1024 * 1024;
const directories = ['usr/lib/opkg', 'var/lib/opkg', 'lib/opkg'];

/** The package database of OpenWrt and of systems built with Yocto. See README.md beside this file. */
export const opkg: Extractor = {
  id: 'opkg',
  revision: 1,
  reads: 'system',
  files: directories.flatMap((directory) => [
    { path: `${directory}/status`, maxBytes: 64 * mebibyte },
    { directory: `${directory}/info`, suffix: '.control', maxBytes: 4 * mebibyte },
    { directory: `${directory}/info`, suffix: '.list', maxBytes: 32 * mebibyte },
  ]),
  extract: (file, context) => Promise.resolve(file.path.endsWith('.list') ? readList(file, context) : readStatus(file)),
};

const wantedFields: ReadonlySet<string> = new Set(['package', 'version', 'architecture', 'status', 'license']);

function readStatus(file: LayerFile): Extraction {
  const packages: ExtractedPackage[] = [];
  const problems: Problem[] = [];
  for (const stanza of readStanzas(file.bytes.toString('utf8'), wantedFields)) {
    if (!isPresent(stanza)) continue;
    const found = packageOf(stanza);
    if (found === undefined) problems.push(incomplete(file.path, stanza));
    else packages.push(found);
  }
  return { packages, problems };
}

/** The source is left out though some control files name it: the status does not, and both must state the same package. */
function packageOf({ fields }: Stanza): ExtractedPackage | undefined {
  const name = fields.get('package');
  const version = fields.get('version');
  const architecture = fields.get('architecture');
  const license = fields.get('license');
  if (!name || !version) return undefined;
  return { name, version, ...(architecture ? { architecture } : {}), ...(license ? { licenses: [license] } : {}) };
}

/** `<package>.list`: an absolute path a line; Yocto's opkg adds mode and link target after tabs. */
function readList(file: LayerFile, context: ExtractContext): Extraction {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1, -'.list'.length);
  const paths: string[] = [];
  for (const line of linesOf(file.bytes.toString('utf8'))) {
    const path = (line.split('\t', 1)[0] ?? '').replace(/^\/+/, '');
    if (path !== '' && context.wantsOwner(path)) paths.push(path);
  }
  return paths.length === 0 ? nothingExtracted : { ...nothingExtracted, ownedFiles: [{ name, paths }] };
}

function incomplete(path: string, { fields, line }: Stanza): Problem {
  const name = fields.get('package') ?? 'without a name';
  return {
    code: 'opkg-stanza-incomplete',
    message: `The package "${name.slice(0, 128)}" at line ${line} of the opkg database has no name or no version.`,
    path,
  };
}
