import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractors } from './registry';
import { FileSelection } from './selection';
import { extracted, hostileContents } from './spec-extraction';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

describe('the registry of extractors', () => {
  it('has a line for every folder, under the folder’s name', () => {
    expect(extractors.map((extractor) => extractor.id).sort()).toEqual(folders);
  });

  it.each(folders)('%s has a README with a link to its format, and a spec', (folder) => {
    expect(readFileSync(join(here, folder, 'README.md'), 'utf8')).toMatch(/https:\/\//);
    expect(existsSync(join(here, folder, `${folder}.spec.ts`))).toBe(true);
  });

  it('asks for no file twice', () => {
    for (const { files } of extractors) {
      const selectors = files.map((file) => JSON.stringify({ ...file, maxBytes: 0 }));
      expect(new Set(selectors).size).toBe(selectors.length);
    }
  });

  it.each(['pip/_vendor/bom.cdx.json', 'x.spdx.json', 'x.spdx', 'var/lib/db/sbom/x.spdx.json'])(
    'does not take the SBOM %s for what is installed: it may be of a part, or of a build (trap 28)',
    (path) => {
      expect(new FileSelection(extractors).of(`usr/lib/python3.11/site-packages/${path}`)).toEqual([]);
    },
  );

  it('has a revision and a limit for everything it reads', () => {
    for (const extractor of extractors) {
      expect(extractor.revision).toBeGreaterThan(0);
      for (const selector of extractor.files) expect(selector.maxBytes).toBeGreaterThan(0);
    }
  });
});

describe.each(extractors)('$id', (extractor) => {
  const paths = extractor.files.map((selector) => {
    if ('path' in selector) return selector.path;
    if ('directory' in selector) return `${selector.directory}/x${selector.suffix ?? ''}`;
    if ('program' in selector || 'zippedProgram' in selector) return 'usr/bin/x';
    const name = 'baseName' in selector ? selector.baseName : `${selector.prefix ?? 'x'}${selector.suffix}`;
    return selector.below === undefined ? `app/${name}` : `app/${selector.below}/x/${name}`;
  });

  it.each(hostileContents)('answers %s in time and without an exception', async (_name, content) => {
    for (const path of paths) {
      // Time of the processor: what else the machine is doing counts less. A hang would be minutes, and machines differ.
      const before = process.cpuUsage();
      expect(await extracted(extractor, path, content)).toHaveProperty('packages');
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1000).toBeLessThan(10_000);
    }
  });
});
