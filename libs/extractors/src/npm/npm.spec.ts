import { extracted } from '../spec-extraction';
import { npm } from './npm';

const lodash = JSON.stringify({ name: 'lodash', version: '4.17.15' });

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(npm, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

describe('npm package.json', () => {
  it.each([
    ['app/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/a/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.pnpm/lodash@4.17.15/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.bun/lodash@4.17.15/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.deno/lodash@4.17.15/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.store/lodash@4.17.15-abc/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.store/lodash-npm-4.17.15-566d9324f7/package/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.store/a-npm-1.0.0-566d/package/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/.store/a-npm-1.0.0-566d/package/dist/package.json', []],
    ['app/package.json', []],
    ['app/node_modules/package.json', []],
    ['app/node_modules/lodash/dist/package.json', []],
    ['app/node_modules/@scope/package.json', []],
    ['app/node_modules/.cache/package.json', []],
    ['app/node_modules/lodash/test/fixtures/package.json', []],
  ])('reads %s as %j: only an installed package counts (trap 27)', async (path, expected) => {
    expect(await read(path, lodash)).toEqual(expected);
  });

  it.each([
    ['usr/share/nodejs/lodash/package.json', ['lodash@4.17.15']],
    ['usr/share/nodejs/lodash/dist/package.json', []],
    ['usr/share/nodejs/other/package.json', []],
    ['opt/lodash-v4.17.15/package.json', ['lodash@4.17.15']],
    ['root/.cache/node/corepack/v1/lodash/4.17.15/package.json', ['lodash@4.17.15']],
    ['opt/lodash-v4.17.14/package.json', []],
    ['app/lodash/package.json', []],
    ['lodash/package.json', []],
  ])('reads %s outside of node_modules as %j: the directory has to say the same', async (path, expected) => {
    expect(await read(path, lodash)).toEqual(expected);
  });

  it.each([
    ['app/node_modules/next/dist/compiled/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/pnpm/dist/node_modules/lodash-cjs/package.json', ['lodash@4.17.15']],
    ['app/test/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/test/node_modules/pnpm/dist/node_modules/lodash/package.json', ['lodash@4.17.15']],
    ['app/node_modules/resolve/test/resolver/node_modules/lodash/package.json', []],
    ['app/node_modules/a/__fixtures__/node_modules/lodash/package.json', []],
  ])(
    'reads %s, perhaps a tree of a package’s own, as %j: what tests read is not installed (trap 27)',
    async (path, expected) => {
      expect(await read(path, lodash)).toEqual(expected);
    },
  );

  it.each([
    ['app/node_modules/next/dist/compiled/lodash/package.json', true],
    ['app/node_modules/a/vendor/lodash/package.json', true],
    ['app/node_modules/a/compiled/other/package.json', undefined],
    ['app/node_modules/a/test/vendor/lodash/package.json', undefined],
    ['app/vendor/lodash/package.json', undefined],
  ])('takes %s for a copy that a package brings along: %j', async (path, expected) => {
    const { packages } = await extracted(npm, path, lodash);
    expect(packages[0]?.isVendored).toBe(expected);
    expect(packages).toHaveLength(expected === true ? 1 : 0);
  });

  it.each([
    [{ license: 'MIT' }, ['MIT']],
    [{ license: { type: 'BSD', url: 'https://example.org' } }, ['BSD']],
    [{ licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }] }, ['MIT', 'Apache-2.0']],
    [{ licenses: ['MIT'] }, ['MIT']],
    [{ license: 5 }, undefined],
    [{}, undefined],
  ])('reads from %j the licences %j', async (stated, expected) => {
    const text = JSON.stringify({ name: 'lodash', version: '1.0.0', ...stated });
    const { packages } = await extracted(npm, 'node_modules/lodash/package.json', text);
    expect(packages[0]?.licenses).toEqual(expected);
  });

  it('reads scoped packages', async () => {
    const manifest = JSON.stringify({ name: '@babel/core', version: '7.0.0' });
    expect(await read('node_modules/@babel/core/package.json', manifest)).toEqual(['@babel/core@7.0.0']);
  });

  it('believes the name inside, where an alias called the directory otherwise', async () => {
    expect(await read('app/node_modules/my-lodash/package.json', lodash)).toEqual(['lodash@4.17.15']);
  });

  it('leaves out what the registry cannot hold', async () => {
    const own = JSON.stringify({ name: 'workspace', version: '1.0.0', private: true });
    expect(await read('app/node_modules/workspace/package.json', own)).toEqual([]);
  });

  it('leaves out what Yarn puts in place of a package for another platform', async () => {
    const stub = JSON.stringify({ name: 'fsevents', mocked: true });
    expect(await read('node_modules/.store/fsevents-patch-19706e7e35/package/package.json', stub)).toEqual([]);
  });

  it.each(['{}', '{"name":"a"}', '{"version":"1"}', '{"name":1,"version":2}', 'not json', '[]', 'null', ''])(
    'says so when an installed package says %j',
    async (content) => {
      expect(await read('app/node_modules/a/package.json', content)).toEqual(['npm-manifest-invalid']);
    },
  );

  it('keeps quiet about the test fixtures of a package', async () => {
    expect(await read('app/node_modules/resolve/test/node_modules/broken/package.json', '{}')).toEqual([]);
  });

  it('reads past a byte order mark', async () => {
    expect(await read('node_modules/lodash/package.json', `\ufeff${lodash}`)).toEqual(['lodash@4.17.15']);
  });
});
