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
    ['app/package.json', []],
    ['app/node_modules/package.json', []],
    ['app/node_modules/lodash/dist/package.json', []],
    ['app/node_modules/@scope/package.json', []],
    ['app/node_modules/.cache/package.json', []],
    ['app/node_modules/lodash/test/fixtures/package.json', []],
  ])('reads %s as %j: only an installed package counts (trap 27)', async (path, expected) => {
    expect(await read(path, lodash)).toEqual(expected);
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
