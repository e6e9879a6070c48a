import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './programs-of-the-system';

/** A Debian root file system and the OCI layout it was packed into. */
export interface DebianImage {
  readonly root: string;
  /** `DIRECTORY:TAG`, as skopeo's `oci:` transport takes it. */
  readonly layout: string;
}

const suite = 'bookworm';

/** Made by debootstrap from the mirror this machine uses itself, packed by umoci. Needs root. */
export async function makeDebianImage(directory: string): Promise<DebianImage> {
  const layout = join(directory, 'layout');
  const bundle = join(directory, 'bundle');
  await mkdir(directory, { recursive: true });
  await runTool('umoci', ['init', '--layout', layout]);
  await runTool('umoci', ['new', '--image', `${layout}:v1`]);
  await runTool('umoci', ['unpack', '--image', `${layout}:v1`, bundle]);
  const root = join(bundle, 'rootfs');
  await runTool('debootstrap', ['--variant=minbase', suite, root, await mirror()], { timeoutMs: 600_000 });
  await runTool('umoci', ['repack', '--image', `${layout}:v1`, bundle]);
  return { root, layout: `${layout}:v1` };
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly source: { readonly name: string; readonly version: string };
}

/** What dpkg itself says is installed in a root, by name. */
export async function installedPackages(root: string): Promise<readonly InstalledPackage[]> {
  const format = '${db:Status-Status}\\t${Package}\\t${Version}\\t${source:Package}\\t${source:Version}\\n';
  const listed = await runTool('dpkg-query', [`--admindir=${join(root, 'var/lib/dpkg')}`, '-W', '-f', format]);
  return listed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [state, name = '', version = '', sourceName = '', sourceVersion = ''] = line.split('\t');
      if (state !== 'installed') throw new Error(`${name} is ${String(state)}`);
      return { name, version, source: { name: sourceName, version: sourceVersion } };
    });
}

/** Whether each first version is less than the second, by dpkg. */
export async function areLess(pairs: readonly (readonly [string, string])[]): Promise<readonly boolean[]> {
  const script = 'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo 1; else echo 0; fi; done';
  const input = pairs.map(([a, b]) => `${a} ${b}\n`).join('');
  const answers = (await runTool('sh', ['-c', script], { input })).trim().split('\n');
  if (answers.length !== pairs.length) throw new Error('dpkg did not answer for every pair');
  return answers.map((answer) => answer === '1');
}

async function mirror(): Promise<string> {
  const lists = '/etc/apt/sources.list.d';
  const names = await readdir(lists).catch(() => []);
  const files = ['/etc/apt/sources.list', ...names.map((name) => join(lists, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => !line.trimStart().startsWith('#'));
  const found = lines
    .map((line) => /\bhttps?:\/\/\S+\/debian\/?(?=\s|$)/.exec(line)?.[0])
    .find((url) => url !== undefined);
  return found ?? 'http://deb.debian.org/debian';
}
