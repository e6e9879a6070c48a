import { posix } from 'node:path';
import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile, LockedModule } from '../extractor';
import { readLock } from '../lock';
import { directivesOf, type Directive } from './directives';

/** What a Go module asks for. See README.md beside this file. */
export const goMod: Extractor = {
  id: 'go-mod',
  revision: 4,
  reads: 'lock',
  files: ['go.mod', 'go.work'].map((baseName) => ({ baseName, maxBytes: 8 * 1024 * 1024 })),
  extract: (file) => Promise.resolve(file.path.endsWith('.work') ? readGoWork(file) : readModule(file)),
};

function readModule(file: LayerFile): Extraction {
  const locked = readLock(file, readGoMod);
  const directives = directivesOf(file.bytes.toString('utf8'));
  const name = directives.find(({ verb }) => verb === 'module')?.words[0];
  if (name === undefined) return locked;
  return { ...locked, module: { name, ...replacementsIn(directives) } };
}

/** Which modules are built together, and what is replaced for all of them; what they ask for stands in their own files. */
function readGoWork(file: LayerFile): Extraction {
  const directives = directivesOf(file.bytes.toString('utf8'));
  const isWorkspace = directives.some(({ verb }) => verb === 'go' || verb === 'use');
  const { problems } = readLock(file, () => (isWorkspace ? [] : undefined));
  const directory = posix.dirname(file.path);
  const members = directives
    .filter(({ verb }) => verb === 'use')
    .flatMap(({ words: [path] }) =>
      path === undefined ? [] : [posix.join(path.startsWith('/') ? '' : directory, path, 'go.mod')],
    )
    .map((path) => path.replace(/^\//, ''));
  return { packages: [], problems, ...(isWorkspace ? { module: { members, ...replacementsIn(directives) } } : {}) };
}

function replacementsIn(directives: readonly Directive[]): Pick<LockedModule, 'replacements'> {
  const replacements = directives.flatMap(replacementOf).map(([of, { path, version }]) => ({
    of,
    ...(version === undefined ? {} : { by: { name: path, version } }),
  }));
  return replacements.length === 0 ? {} : { replacements };
}

function readGoMod(text: string): readonly ExtractedPackage[] | undefined {
  const directives = directivesOf(text);
  if (!directives.some(({ verb }) => verb === 'module')) return undefined;
  const replacements = new Map(directives.flatMap(replacementOf));
  return directives.flatMap(({ verb, words }) => {
    const [path = '', version = ''] = words;
    if (verb !== 'require') return [];
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
