import type { ExtractContext, Extraction, Extractor, LayerFile, OwnedFiles } from '../extractor';
import { linesOf } from '../lines';
import { readDiversions } from './diversions';
import { readJournal } from './journal';
import { readStatusFile, type StatusFormat } from './status-file';

const infoDirectory = 'var/lib/dpkg/info';
const statusDirectory = 'var/lib/dpkg/status.d';
const diversionsPath = 'var/lib/dpkg/diversions';
const journalDirectory = 'var/lib/dpkg/updates';
const mebibyte = 1024 * 1024;

/** Debian's package database. See README.md beside this file. */
export const dpkg: Extractor = {
  id: 'dpkg',
  revision: 9,
  reads: 'system',
  files: [
    { path: 'var/lib/dpkg/status', maxBytes: 128 * mebibyte },
    { path: diversionsPath, maxBytes: 16 * mebibyte },
    { directory: statusDirectory, maxBytes: 16 * mebibyte },
    { directory: journalDirectory, maxBytes: 16 * mebibyte },
    { directory: infoDirectory, suffix: '.list', maxBytes: 32 * mebibyte },
  ],
  licensesAt: (name) => `usr/share/doc/${name}/copyright`,
  extract: (file, context) => Promise.resolve(extract(file, context)),
};

function extract(file: LayerFile, context: ExtractContext): Extraction {
  if (file.path.startsWith(`${infoDirectory}/`)) return readList(file, context);
  if (file.path === diversionsPath) return readDiversions(file);
  if (file.path.startsWith(`${journalDirectory}/`)) return readJournal(file, statusFormat, context.limits);
  if (file.path.endsWith('.md5sums')) return readMd5sums(file, context);
  return readStatusFile(file, statusFormat, context.limits);
}

const statusFormat: StatusFormat = {
  database: 'dpkg',
  fields: ['architecture', 'source', 'maintainer'],
  packageOf: (name, version, { fields }) => {
    const architecture = fields.get('architecture');
    return {
      name,
      version,
      ...(architecture ? { architecture } : {}),
      source: sourceOf(fields.get('source'), name, version),
      ...(isDistroAddress(fields.get('maintainer')) || isStableUpdate(version) ? { isDistroMaintained: true } : {}),
    };
  },
};

/**
 * Debian, Ubuntu and Canonical write from these domains; a vendor's repository does not. Some of Debian's own packages have a
 * private address and are then taken for a third party's, which only means that less is left to the distro's word.
 */
function isDistroAddress(maintainer: string | undefined): boolean {
  return /[@.](?:debian\.org|debian\.net|ubuntu\.com|canonical\.com)>?$/i.test(maintainer ?? '');
}

/** `0.4.2-1+deb12u1`: what Debian uploads for a stable release, whoever maintains it. Debian Developer's Reference 5.5.1. */
function isStableUpdate(version: string): boolean {
  return /[+~]deb\d+u\d+$/.test(version);
}

/** `name` or `name (version)`; what is not said is the same as the binary package's. deb-control(5). */
function sourceOf(field: string | undefined, name: string, version: string): { name: string; version: string } {
  if (field === undefined || field === '') return { name, version };
  const open = field.indexOf('(');
  if (open === -1) return { name: field, version };
  const close = field.indexOf(')', open);
  const stated = field.slice(open + 1, close === -1 ? undefined : close).trim();
  return { name: field.slice(0, open).trim() || name, version: stated === '' ? version : stated };
}

/** Programs of a package that lie beside its list and are not in it. deb-control(5), "maintainer scripts" */
const maintainerScripts = ['preinst', 'postinst', 'prerm', 'postrm', 'config'] as const;

/** `info/<package>[:<architecture>].list`: one absolute path a line, directories too. */
function readList(file: LayerFile, context: ExtractContext): Extraction {
  const name = file.path.slice(infoDirectory.length + 1, -'.list'.length);
  const paths = maintainerScripts.map((script) => `${infoDirectory}/${name}.${script}`);
  for (const line of linesOf(file.bytes.toString('utf8'))) {
    const path = line.startsWith('/') ? line.slice(1) : line;
    if (path !== '' && context.wantsOwner(path)) paths.push(path);
  }
  const [packageName = name, architecture] = name.split(':');
  return owned({ name: packageName, ...(architecture === undefined ? {} : { architecture }), paths });
}

/** `status.d/<package>.md5sums`: `<md5>  <path>`, the only file list of a distroless image. */
function readMd5sums(file: LayerFile, context: ExtractContext): Extraction {
  const name = file.path.slice(statusDirectory.length + 1, -'.md5sums'.length);
  const paths: string[] = [];
  for (const line of linesOf(file.bytes.toString('utf8'))) {
    const path = line
      .slice(32)
      .trimStart()
      .replace(/^(\.?\/)+/, '');
    if (path !== '' && context.wantsOwner(path)) paths.push(path);
  }
  return owned({ name, paths });
}

function owned(files: OwnedFiles): Extraction {
  return { packages: [], problems: [], ...(files.paths.length === 0 ? {} : { ownedFiles: [files] }) };
}
