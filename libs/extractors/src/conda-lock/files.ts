import { posix } from 'node:path';
import type { FileSelector } from '../extractor';
import { readRequirements } from '../python-lock/requirements';
import { readEnvironment } from './environment';
import { readExplicit } from './explicit';
import { readUnifiedLock, type LockedPackages } from './locked-packages';

const maxBytes = 64 * 1024 * 1024;
const unifiedNames = ['conda-lock.yml', 'conda-lock.yaml', 'pixi.lock'];
const unifiedSuffix = '.conda-lock.yml';
/** `conda-linux-64.lock`, as conda-lock calls them, and the names that conda's documentation gives. */
const explicitNames = ['spec-file.txt', 'explicit.txt'];
const environmentNames = ['environment.yml', 'environment.yaml'];

/** Which files name packages of conda, and of PyPI besides: two extractors read them, each its own half. */
export const condaLockFiles: readonly FileSelector[] = [
  ...[...unifiedNames, ...explicitNames, ...environmentNames].map((baseName) => ({ baseName, maxBytes })),
  { suffix: unifiedSuffix, maxBytes },
  { suffix: '.lock', prefix: 'conda-', maxBytes },
  { suffix: '.lock.yml', prefix: 'conda-', maxBytes },
];

/** Undefined for files of other names. A text of such a name that is no explicit file may well be pip's. */
export function condaLockReaderOf(path: string): ((text: string) => LockedPackages | undefined) | undefined {
  const name = posix.basename(path);
  const lower = name.toLowerCase();
  if (unifiedNames.includes(name) || lower.endsWith(unifiedSuffix)) return readUnifiedLock;
  if (explicitNames.includes(name)) return (text) => readExplicit(text) ?? { conda: [], pypi: readRequirements(text) };
  if (environmentNames.includes(name)) return readEnvironment;
  if (!name.startsWith('conda-')) return undefined;
  if (lower.endsWith('.lock')) return readExplicit;
  return lower.endsWith('.lock.yml') ? readEnvironment : undefined;
}
