import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { readLock } from '../lock';
import { directivesOf, type Directive } from './directives';

/** What a Go module asks for. See README.md beside this file. */
export const goMod: Extractor = {
  id: 'go-mod',
  revision: 2,
  reads: 'lock',
  files: [{ baseName: 'go.mod', maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readGoMod)),
};

function readGoMod(text: string): readonly ExtractedPackage[] | undefined {
  const directives = directivesOf(text);
  if (!directives.some(({ verb }) => verb === 'module')) return undefined;
  const replacements = new Map(directives.flatMap(replacementOf));
  return directives.flatMap(({ verb, words }) => {
    const [path, version] = words;
    if (verb !== 'require' || path === undefined || version === undefined) return [];
    const replacement = replacements.get(`${path} ${version}`) ?? replacements.get(path);
    if (replacement === undefined) return [{ name: path, version }];
    // A replacement in the file system has no version.
    return replacement.version === undefined ? [] : [{ name: replacement.path, version: replacement.version }];
  });
}

interface Replacement {
  readonly path: string;
  readonly version: string | undefined;
}

/** `replace old [version] => new [version]` */
function replacementOf({ verb, words }: Directive): [string, Replacement][] {
  const arrow = words.indexOf('=>');
  const [path, version] = words.slice(arrow + 1);
  if (verb !== 'replace' || arrow < 1 || path === undefined) return [];
  return [[words.slice(0, arrow).join(' '), { path, version }]];
}
