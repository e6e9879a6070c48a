import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { readLock } from '../lock';
import { mapAt, readPlainYaml, textAt } from '../plain-yaml';

/** What pub resolved. See README.md beside this file. */
export const dartLock: Extractor = {
  id: 'dart-lock',
  revision: 1,
  reads: 'lock',
  files: [{ baseName: 'pubspec.lock', maxBytes: 8 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readLock(file, readPubspecLock)),
};

function readPubspecLock(text: string): readonly ExtractedPackage[] | undefined {
  const [document] = readPlainYaml(text) ?? [];
  const packages = mapAt(document, 'packages');
  if (packages === undefined) return undefined;
  return [...packages].flatMap(([name, entry]) => {
    if (textAt(entry, 'source') !== 'hosted') return [];
    const isDevelopment = textAt(entry, 'dependency') === 'direct dev';
    return [{ name, version: textAt(entry, 'version') ?? '', ...(isDevelopment ? { isDevelopment } : {}) }];
  });
}
