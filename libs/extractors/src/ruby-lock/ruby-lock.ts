import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extractor } from '../extractor';
import { readLock } from '../lock';

const maxBytes = 16 * 1024 * 1024;

/** What Bundler resolved. See README.md beside this file. */
export const rubyLock: Extractor = {
  id: 'ruby-lock',
  revision: 2,
  reads: 'lock',
  files: [
    { baseName: 'Gemfile.lock', maxBytes },
    { baseName: 'Gemfile.next.lock', maxBytes },
    { baseName: 'gems.locked', maxBytes },
  ],
  extract: (file) => Promise.resolve(readLock(file, readGemfileLock)),
};

/** Blocks of gems that come from elsewhere; `PATH` holds what lies in the project itself. */
const fetched: ReadonlySet<string> = new Set(['GEM', 'GIT', 'PLUGIN SOURCE']);

const block = /^[A-Z][A-Z ]*$/;

/** Four spaces and `name (version)` is a gem, six spaces are what it depends on. */
const gem = /^ {4}([^\s()]+) \(([^\s()-]+)(?:-[^\s()]*)?\)$/;

function readGemfileLock(text: string): readonly ExtractedPackage[] | undefined {
  const packages: ExtractedPackage[] = [];
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    if (block.test(line)) current = line;
    else if (fetched.has(current)) {
      // The platform after the dash is one of those the project is made for; which is installed is decided elsewhere.
      const [, name = '', version = ''] = gem.exec(line) ?? [];
      if (/^ {4}\S/.test(line)) packages.push({ name, version });
    }
  }
  return current === '' ? undefined : packages;
}
