import { extracted } from '../spec-extraction';
import { composerLock } from './composer-lock';

async function read(content: unknown): Promise<unknown> {
  const { packages, problems } = await extracted(composerLock, 'app/composer.lock', JSON.stringify(content));
  return [...packages, ...problems.map((problem) => problem.code)];
}

describe('composer.lock', () => {
  const packages = [{ name: 'monolog/monolog', version: '1.2.3', license: ['MIT'] }];

  it('marks what only development needs', async () => {
    expect(await read({ packages, 'packages-dev': [{ name: 'phpunit/phpunit', version: '9.0.0' }] })).toEqual([
      { name: 'monolog/monolog', version: '1.2.3', licenses: ['MIT'] },
      { name: 'phpunit/phpunit', version: '9.0.0', isDevelopment: true },
    ]);
  });

  it('may have no development packages', async () => {
    expect(await read({ packages, 'packages-dev': null })).toHaveLength(1);
  });

  it.each([[{}], [[]], [null], [{ packages: [{ name: 'a/b' }] }]])('that is %j is a problem', async (content) => {
    expect(await read(content)).toEqual(['lock-unreadable']);
  });
});
