import { extracted } from '../spec-extraction';
import { composer } from './composer';

const packages = [
  { name: 'monolog/monolog', version: 'v1.2.3', version_normalized: '1.2.3.0', type: 'library', license: ['MIT'] },
  { name: 'acme/Tool', version: 'dev-main', license: 'GPL-2.0-only' },
  { name: 'acme/none', version: '2.0.0' },
];
const expected = [
  { name: 'monolog/monolog', version: 'v1.2.3', licenses: ['MIT'] },
  { name: 'acme/Tool', version: 'dev-main', licenses: ['GPL-2.0-only'] },
  { name: 'acme/none', version: '2.0.0' },
];

async function read(content: unknown, path = 'app/vendor/composer/installed.json'): Promise<unknown> {
  const { packages: found, problems } = await extracted(composer, path, JSON.stringify(content));
  return [...found, ...problems.map((problem) => problem.code)];
}

describe('installed.json', () => {
  it('of Composer 1 and 2', async () => {
    expect(await read(packages)).toEqual(expected);
    expect(await read({ packages, dev: true, 'dev-package-names': ['acme/none'] })).toEqual(expected);
  });

  it('elsewhere is something else', async () => {
    expect(await read(packages, 'app/vendor/composer/tests/installed.json')).toEqual([]);
  });

  it.each([[{}], ['text'], [null], [{ packages: {} }]])('that is %j is a problem', async (content) => {
    expect(await read(content)).toEqual(['composer-installed-invalid']);
  });

  it('says so when a package has no name or version, and reads the others', async () => {
    expect(await read([{ name: 'a/b' }, { version: '1' }, { name: 'a/b', version: 1 }, ...packages])).toEqual([
      ...expected,
      'composer-installed-invalid',
    ]);
  });
});
