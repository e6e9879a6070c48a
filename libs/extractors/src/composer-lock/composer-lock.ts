import type { ExtractedPackage } from '@tidewaiter/contracts';
import { composerPackage } from '../composer/composer';
import type { Extractor } from '../extractor';
import { parseJson } from '../json';
import { readLock } from '../lock';
import { ComposerLock } from './composer-lock.schema';

/** What Composer resolved. See README.md beside this file. */
export const composerLock: Extractor = {
  id: 'composer-lock',
  revision: 1,
  reads: 'lock',
  files: [{ baseName: 'composer.lock', maxBytes: 64 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readComposerLock)),
};

function readComposerLock(text: string): readonly ExtractedPackage[] | undefined {
  const lock = ComposerLock.safeParse(parseJson(text));
  if (!lock.success) return undefined;
  const development = lock.data['packages-dev'] ?? [];
  return [
    ...lock.data.packages.map(composerPackage),
    ...development.map((pkg) => ({ ...composerPackage(pkg), isDevelopment: true })),
  ];
}
