import { readStatusFile, type StatusFormat } from '../dpkg/status-file';
import { nothingExtracted, type ExtractContext, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { linesOf } from '../lines';

const mebibyte = 1024 * 1024;
const directories = ['usr/lib/opkg', 'var/lib/opkg', 'lib/opkg'];

/** The package database of OpenWrt and of systems built with Yocto. See README.md beside this file. */
export const opkg: Extractor = {
  id: 'opkg',
  revision: 2,
  reads: 'system',
  files: directories.flatMap((directory) => [
    { path: `${directory}/status`, maxBytes: 64 * mebibyte },
    { directory: `${directory}/info`, suffix: '.control', maxBytes: 4 * mebibyte },
    { directory: `${directory}/info`, suffix: '.list', maxBytes: 32 * mebibyte },
  ]),
  extract: (file, context) =>
    Promise.resolve(
      file.path.endsWith('.list') ? readList(file, context) : readStatusFile(file, statusFormat, context.limits),
    ),
};

const statusFormat: StatusFormat = {
  database: 'opkg',
  fields: ['architecture', 'license'],
  // Without the source that some control files name: the status names none, and both must state the same package.
  packageOf: (name, version, { fields }) => {
    const architecture = fields.get('architecture');
    const license = fields.get('license');
    return { name, version, ...(architecture ? { architecture } : {}), ...(license ? { licenses: [license] } : {}) };
  },
};

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
