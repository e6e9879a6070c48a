import type { Extraction, Extractor, LayerFile } from '../extractor';
import { readLock, type LockReader } from '../lock';
import { readBunLock } from './bun-lock';
import { readDenoLock } from './deno-lock';
import { readPackageLock } from './package-lock';
import { readPnpmLock } from './pnpm-lock';
import { readYarnLock } from './yarn-lock';

const maxBytes = 64 * 1024 * 1024;

const readers: ReadonlyMap<string, LockReader> = new Map<string, LockReader>([
  ['package-lock.json', readPackageLock],
  ['npm-shrinkwrap.json', readPackageLock],
  ['yarn.lock', readYarnLock],
  ['pnpm-lock.yaml', readPnpmLock],
  ['bun.lock', readBunLock],
  ['deno.lock', readDenoLock],
]);

/** What npm, yarn, pnpm, bun and deno resolved. See README.md beside this file. */
export const nodeLock: Extractor = {
  id: 'node-lock',
  revision: 5,
  reads: 'lock',
  files: [...readers.keys(), 'bun.lockb'].map((baseName) => ({ baseName, maxBytes })),
  extract: (file) => Promise.resolve(readNodeLock(file)),
};

function readNodeLock(file: LayerFile): Extraction {
  const baseName = file.path.slice(file.path.lastIndexOf('/') + 1);
  const reader = readers.get(baseName);
  if (reader !== undefined) return readLock(file, reader);
  return {
    packages: [],
    problems: [
      {
        code: 'lock-unsupported',
        message: `"${file.path}" is bun's binary lock file and was not read; \`bun install --save-text-lockfile\` writes bun.lock, which is.`,
        path: file.path,
      },
    ],
  };
}
