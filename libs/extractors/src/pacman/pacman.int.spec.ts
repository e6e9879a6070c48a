import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithTool } from '@tidewaiter/testing';
import { defaultExtractLimits, layerFileOf } from '../extractor';
import { pacman } from './pacman';

const scratch = mkdtempSync(join(tmpdir(), 'tidewaiter-pacman-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const recipes = [
  ['zlib', '1:1.3.1-2', ['pkgbase = zlib', 'arch = x86_64', 'license = Zlib']],
  ['weird-name+x', '1:2.0.r1-3', ['pkgbase = weird', 'arch = any', 'license = MIT', 'license = custom:x']],
  ['no-base', '3-1', ['arch = any']],
] as const;

function run(program: string, args: readonly string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

describeWithTool(['pacman', 'tar'], 'the database that pacman writes', () => {
  it('is read as pacman -Q reads it', async () => {
    const root = join(scratch, 'root');
    const config = join(scratch, 'pacman.conf');
    mkdirSync(join(root, 'db'), { recursive: true });
    writeFileSync(config, '[options]\nArchitecture = auto\nSigLevel = Never\n');
    const ask = (...args: readonly string[]) =>
      run('pacman', ['--config', config, '--root', root, '--dbpath', join(root, 'db'), '--noconfirm', ...args]);
    for (const recipe of recipes) ask('--dbonly', '-Udd', packed(recipe));

    const context = { wantsOwner: (path: string) => !path.endsWith('/'), limits: defaultExtractLimits };
    const mine = new Map<string, { fields: string; files: readonly string[] }>();
    const local = join(root, 'db/local');
    for (const directory of readdirSync(local).filter((name) => name !== 'ALPM_DB_VERSION')) {
      const read = (name: string) =>
        pacman.extract(
          layerFileOf(`var/lib/pacman/local/${directory}/${name}`, readFileSync(join(local, directory, name))),
          context,
        );
      const [found] = (await read('desc')).packages;
      const fields = [found?.version, found?.architecture, found?.licenses?.join('  ') ?? 'None'].join(' | ');
      mine.set(found?.name ?? '', { fields, files: (await read('files')).ownedFiles?.[0]?.paths ?? [] });
    }

    expect([...mine.keys()].sort()).toEqual(recipes.map(([name]) => name).sort());
    for (const [name, { fields, files }] of mine) {
      const information = ask('-Qi', name);
      const field = (label: string) => new RegExp(`^${label} +: (.*)$`, 'm').exec(information)?.[1];
      expect(fields).toBe([field('Version'), field('Architecture'), field('Licenses')].join(' | '));
      const listed = ask('-Qlq', name)
        .split('\n')
        .filter((line) => line !== '' && !line.endsWith('/'));
      expect(files.map((path) => join(root, path))).toEqual(listed);
    }
  });
});

function packed([name, version, more]: (typeof recipes)[number]): string {
  const content = join(scratch, name);
  mkdirSync(join(content, 'usr/share', name), { recursive: true });
  writeFileSync(join(content, 'usr/share', name, 'a file ünï'), '');
  const lines = [
    `pkgname = ${name}`,
    `pkgver = ${version}`,
    'pkgdesc = x',
    'size = 1',
    'builddate = 1700000000',
    ...more,
  ];
  writeFileSync(join(content, '.PKGINFO'), `${lines.join('\n')}\n`);
  const archive = join(scratch, `${name}.pkg.tar.gz`);
  run('tar', ['-C', content, '-czf', archive, '.PKGINFO', 'usr']);
  return archive;
}
