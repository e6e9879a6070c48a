import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { composerLock } from '../composer-lock/composer-lock';
import type { Extractor } from '../extractor';
import { extracted } from '../spec-extraction';
import { composer } from './composer';

const project: Readonly<Record<string, object>> = {
  'composer.json': {
    name: 'acme/shop',
    repositories: [{ type: 'path', url: 'local/*' }, { packagist: false }],
    require: { 'acme/logger': '*' },
    'require-dev': { 'acme/tester': '*' },
    'minimum-stability': 'dev',
  },
  'local/logger/composer.json': {
    name: 'acme/logger',
    version: 'v1.2.3',
    license: 'MIT',
    require: { 'acme/base': '*' },
  },
  'local/base/composer.json': { name: 'acme/base', version: '2.0.0-beta1', license: ['GPL-2.0-only', 'MIT'] },
  'local/tester/composer.json': { name: 'acme/tester', version: 'dev-main' },
};

describeWithTool('composer', 'PHP packages as composer shows them', () => {
  it('gives the same names and versions, installed and locked', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tidewaiter-composer-'));
    try {
      for (const [path, content] of Object.entries(project)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), JSON.stringify(content));
      }
      run(root, 'install');
      expect(await read(composer, root, 'vendor/composer/installed.json')).toEqual(shown(root, 'show'));
      expect(await read(composerLock, root, 'composer.lock')).toEqual(shown(root, 'show', '--locked'));
    } finally {
      rmSync(root, { recursive: true });
    }
  }, 60_000);
});

function run(root: string, ...args: readonly string[]): string {
  const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', COMPOSER_HOME: root, COMPOSER_ALLOW_SUPERUSER: '1' };
  return execFileSync(
    'composer',
    [...args, '--no-interaction', '--quiet'].filter((arg) => arg !== '--quiet' || args[0] === 'install'),
    {
      cwd: root,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
}

/** `composer show` lists three packages: two the project needs and one for development. */
function shown(root: string, ...args: readonly string[]): readonly string[] {
  const lines = run(root, ...args)
    .split('\n')
    .filter((line) => line !== '');
  expect(lines).toHaveLength(3);
  return lines.map((line) => line.split(/\s+/).slice(0, 2).join(' ')).sort();
}

async function read(extractor: Extractor, root: string, path: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(extractor, path, readFileSync(join(root, path)));
  expect(problems).toEqual([]);
  return packages.map((pkg) => `${pkg.name} ${pkg.version}`).sort();
}
