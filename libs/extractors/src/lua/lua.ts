import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';

/** Packages installed by LuaRocks. See README.md beside this file. */
export const lua: Extractor = {
  id: 'lua',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.rockspec', maxBytes: 1024 * 1024 }],
  extract: (file) => Promise.resolve(readRockspec(file)),
};

/** `rocks-5.1/<name>/<version>/<name>-<version>.rockspec`: only there is it installed. */
const installed = /(?:^|\/)rocks(?:-[\d.]+)?\/([^/]+)\/([^/]+)\/[^/]+\.rockspec$/;

function readRockspec(file: LayerFile): Extraction {
  const [, name, version] = installed.exec(file.path) ?? [];
  if (name === undefined || version === undefined) return nothingExtracted;
  const license = /^[ \t]*license\s*=\s*["']([^"'\n]{1,256})["']/m.exec(file.bytes.toString('utf8'))?.[1];
  return { packages: [{ name, version, ...(license === undefined ? {} : { licenses: [license] }) }], problems: [] };
}
