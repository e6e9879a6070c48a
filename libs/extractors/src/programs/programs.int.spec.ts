import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { extracted } from '../spec-extraction';
import { programs } from './programs';

/** What each prints its own version for. */
const versionArguments: Readonly<Record<string, readonly string[]>> = {
  apache2: ['-v'],
  bash: ['--version'],
  busybox: [],
  curl: ['--version'],
  git: ['--version'],
  gzip: ['--version'],
  haproxy: ['-v'],
  java: ['-version'],
  jq: ['--version'],
  nginx: ['-v'],
  openssl: ['version'],
  perl: ['-V:version'],
  php: ['--version'],
  psql: ['--version'],
  python3: ['--version'],
  'redis-server': ['--version'],
  rsync: ['--version'],
  squid: ['-v'],
  ssh: ['-V'],
  sudo: ['--version'],
  tar: ['--version'],
  wget: ['--version'],
  xz: ['--version'],
  zsh: ['--version'],
  zstd: ['--version'],
};

const found = Object.entries(versionArguments)
  .map(([name, args]) => ({ name, path: which(name), args }))
  .filter((each): each is { name: string; path: string; args: readonly string[] } => each.path !== undefined);

describe('programs, against what the programs of this machine say of themselves', () => {
  it('finds some', () => {
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(['bash', 'gzip', 'perl']));
  });

  it('node', async () => {
    expect(await read(process.execPath)).toEqual([`node@${process.versions.node}`]);
  });

  it.each(found)('$name', async ({ path, args }) => {
    const run = spawnSync(path, args, { encoding: 'utf8' });
    const [package_] = await read(realpathSync(path));
    expect(package_).toBeDefined();
    expect(`${run.stdout}${run.stderr}`).toContain(package_?.split('@')[1]);
  });
});

async function read(path: string): Promise<string[]> {
  const { packages } = await extracted(programs, `usr/bin/${basename(path)}`, readFileSync(path));
  return packages.map(({ name, version }) => `${name}@${version}`);
}

/** Debian's own, whatever else the PATH begins with. */
function which(name: string): string | undefined {
  const directories = ['/usr/bin', '/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const path = directories.map((directory) => join(directory, name)).find((each) => existsSync(each));
  if (path === undefined) return undefined;
  return readFileSync(path).subarray(0, 4).toString('latin1') === '\x7fELF' ? path : undefined;
}
