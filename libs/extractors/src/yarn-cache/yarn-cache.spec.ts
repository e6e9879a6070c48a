import { zipBytes, type EntryPlan } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { yarnCache } from './yarn-cache';

const path = 'app/.yarn/cache/@babel-code-frame-npm-7.12.11-1a9a1b277f-836ffd1555.zip';

async function read(name: string, entries: readonly EntryPlan[]): Promise<unknown> {
  const { packages, problems } = await extracted(yarnCache, name, zipBytes(entries));
  return [...packages, ...problems.map((problem) => problem.code)];
}

function manifest(directory: string, name: string, version: string): EntryPlan {
  return { name: `${directory}/package.json`, text: JSON.stringify({ name, version }) };
}

const codeFrame = manifest('node_modules/@babel/code-frame', '@babel/code-frame', '7.12.11');

describe('Yarn’s cache', () => {
  it.each([
    path,
    'root/.yarn/berry/cache/lodash-npm-4.17.11-6382451519-10c0.zip',
    '.yarn/cache/typescript-patch-6fda4d02cf-15a9d4d4f1.zip',
    // Of an archive or a directory of the project.
    'app/.yarn/cache/tar-file-e3894b918c-890ab25082.zip',
  ])('%s holds a package', async (name) => {
    expect(await read(name, [codeFrame])).toEqual([
      { name: '@babel/code-frame', version: '7.12.11', inside: 'node_modules/@babel/code-frame/package.json' },
    ]);
  });

  it.each(['var/cache/backup-2024.zip', 'app/.yarn/releases/yarn-npm-4.zip', 'cache/a-npm-b.zip'])(
    '%s is another zip',
    async (name) => {
      expect(await read(name, [codeFrame])).toEqual([]);
    },
  );

  it('has what a package bundles, and nothing of its fixtures', async () => {
    const bundled = manifest('node_modules/@babel/code-frame/node_modules/ms', 'ms', '2.0.0');
    const other = manifest('node_modules/@babel/code-frame/lib', 'x', '1.0.0');
    expect(await read(path, [codeFrame, bundled, other])).toMatchObject([
      { name: '@babel/code-frame' },
      { name: 'ms' },
    ]);
  });

  it.each([
    ['nothing', []],
    ['another thing', [{ name: 'a.txt', text: '' }]],
    ['a damaged entry', [{ ...codeFrame, crc32: 1 }]],
  ])('that holds %s is a problem', async (_what, entries) => {
    expect(await read(path, entries)).toEqual(['yarn-cache-unreadable']);
  });
});
