import { bookworm, layered, npmPackage, type TarItem } from '@tidewaiter/testing';
import { inventoryOf, lines } from '../spec-images';

const many = (count: number, item: (at: number) => TarItem): TarItem[] =>
  Array.from({ length: count }, (_, at) => item(at));

/** Nothing about speed: what takes time by the square takes several times as long on any machine. */
const patienceMs = 15_000;

describe('a tree that was made to keep us busy', () => {
  it('is no deeper than a path is long, however many links lead on from one another', async () => {
    const deep = 'x/'.repeat(1000);
    const links = many(30, (at) => ({
      path: `l${at}`,
      format: 'pax' as const,
      symlink: at === 0 ? deep : `l${at - 1}/${deep}`,
    }));
    const layers = [
      [...links, npmPackage('l29/node_modules/a'), npmPackage('node_modules/b')],
      [{ path: '.wh.x', content: '' }],
    ];
    const inventory = await inventoryOf(layered(layers));
    expect(lines(inventory)).toEqual(['b@1.0.0 #0 node_modules/b/package.json']);
    expect(inventory.problems.map(({ code, path }) => [code, path])).toEqual([
      ['link-circular', 'l29/node_modules/a/package.json'],
    ]);
  });

  it(
    'of directories within directories is gone through once',
    async () => {
      const files = many(6_000, (at) => npmPackage(`${'d/'.repeat(1_000)}node_modules/p${at}`));
      const begin = performance.now();
      expect((await inventoryOf(layered([files]))).packages).toHaveLength(6_000);
      expect(performance.now() - begin).toBeLessThan(patienceMs);
    },
    2 * patienceMs,
  );

  it(
    'may have thousands of files moved that differ in what comes last',
    async () => {
      const installed = (directory: string, at: number): TarItem => ({
        path: `${directory}/p${at}/vendor/composer/installed.json`,
        content: JSON.stringify({ packages: ['first', `${directory}-${at}`].map((name) => ({ name, version: '1' })) }),
      });
      const moved = many(6_000, (at) => installed('b', at));
      const begin = performance.now();
      const layers = [many(6_000, (at) => installed('a', at)), [{ path: '.wh.a', content: '' }, ...moved]];
      expect((await inventoryOf(layered(layers))).packages).toHaveLength(6_001);
      expect(performance.now() - begin).toBeLessThan(patienceMs);
    },
    2 * patienceMs,
  );

  it(
    'may have a list of files for each of thousands of packages of one name',
    async () => {
      const count = 40_000;
      const stanza = (at: number): string =>
        `Package: a\nStatus: install ok installed\nArchitecture: x${at}\nVersion: 1\n\n`;
      const status = {
        path: 'var/lib/dpkg/status',
        content: Array.from({ length: count }, (_, at) => stanza(at)).join(''),
      };
      const lists = many(count, (at) => ({ path: `var/lib/dpkg/info/a:x${at}.list`, content: `/usr/bin/a${at}\n` }));
      const program = { path: 'usr/bin/a7', content: '#!/bin/sh\n', mode: 0o755 };
      const begin = performance.now();
      const { executables } = await inventoryOf(layered([[bookworm, status, ...lists, program]]));
      expect(executables).toMatchObject([
        { path: 'usr/bin/a7', ownedBy: expect.stringContaining('arch=x7') as string },
      ]);
      expect(performance.now() - begin).toBeLessThan(patienceMs);
    },
    2 * patienceMs,
  );

  it(
    'may have one package in thousands of places',
    async () => {
      const copies = many(40_000, (at) => npmPackage(`p${at}/node_modules/same`));
      const begin = performance.now();
      const { packages } = await inventoryOf(layered([copies]));
      expect(packages.map(({ name, locations }) => [name, locations.length])).toEqual([['same', 40_000]]);
      expect(performance.now() - begin).toBeLessThan(patienceMs);
    },
    2 * patienceMs,
  );
});
