import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { readLock } from '../lock';

const maxBytes = 8 * 1024 * 1024;

/** What Cabal and Stack resolved. See README.md beside this file. */
export const haskellLock: Extractor = {
  id: 'haskell-lock',
  revision: 1,
  reads: 'lock',
  files: [
    { baseName: 'cabal.project.freeze', maxBytes },
    { baseName: 'stack.yaml.lock', maxBytes },
  ],
  extract: (file) => Promise.resolve(readLock(file, file.path.endsWith('.freeze') ? readFreeze : readStackLock)),
};

/** `constraints: any.aeson ==2.1.0.0,` one a line. */
const constraint = /(?:^|[\s,:])any\.([\w-]+) *== *([\d.]+)/g;

function readFreeze(text: string): readonly ExtractedPackage[] | undefined {
  return text.includes('constraints:') ? packagesOf(text, constraint) : undefined;
}

/** `hackage: aeson-2.1.0.0@sha256:…,123`: the version begins at the last dash. */
const hackage = /^[ \t]*(?:- )?hackage: *"?([\w-]+)-([\d.]+)(?:@|"|\s|$)/gm;

function readStackLock(text: string): readonly ExtractedPackage[] | undefined {
  return /^packages:/m.test(text) ? packagesOf(text, hackage) : undefined;
}

function packagesOf(text: string, entry: RegExp): readonly ExtractedPackage[] {
  return [...text.matchAll(entry)].map(([, name = '', version = '']) => ({ name, version }));
}
