import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { enrichmentSources } from './enrichment-registry';
import { feeds } from './registry';

const root = import.meta.dirname;
const folders = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(root, entry.name, 'README.md')))
  .map(({ name }) => name);

describe('the registries of sources', () => {
  it('have every folder, once and in order', () => {
    const ids = [...feeds, ...enrichmentSources].map(({ id }) => id);
    expect([...ids].sort()).toEqual([...folders].sort());
    expect(feeds.map(({ id }) => id)).toEqual(feeds.map(({ id }) => id).sort());
    expect(enrichmentSources.map(({ id }) => id)).toEqual(enrichmentSources.map(({ id }) => id).sort());
  });

  it.each(folders)('%s is described and tested', (folder) => {
    expect(readFileSync(path.join(root, folder, 'README.md'), 'utf8').length).toBeGreaterThan(300);
    expect(readdirSync(path.join(root, folder)).some((name) => name.endsWith('.spec.ts'))).toBe(true);
  });
});
