import { dpkgStatus } from '@tidewaiter/testing';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultLimits } from '@tidewaiter/image';
import { lines } from './spec-images';
import { readRootfs } from './read-rootfs';

let root = '';
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), 'tidewaiter-rootfs-')), 'root');
  await mkdir(root);
});
afterEach(() => rm(dirname(root), { recursive: true }));

async function put(path: string, content: string, base = root): Promise<void> {
  const file = join(base, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

const manifest = JSON.stringify({ name: 'a', version: '1.0.0' });

describe('readRootfs', () => {
  it('reads a directory as an image without layers', async () => {
    await put('usr/lib/os-release', 'ID=debian\nVERSION_ID=12\n');
    await mkdir(join(root, 'etc'));
    await symlink('../usr/lib/os-release', join(root, 'etc/os-release'));
    await put('var/lib/dpkg/status', dpkgStatus('bash=1'));
    await put('app/node_modules/a/package.json', manifest);
    const inventory = await readRootfs(root);
    expect(inventory).toMatchObject({ image: { os: { id: 'debian' } }, layers: [], complete: true });
    expect(lines(inventory)).toEqual(['bash@1 #- var/lib/dpkg/status', 'a@1.0.0 #- app/node_modules/a/package.json']);
    expect(inventory.packages[0]).not.toHaveProperty('layer');
  });

  it('trap: two spellings of one name are one package, with all its places', async () => {
    for (const [path, name] of [
      ['opt/a', 'pyyaml'],
      ['opt/b', 'PyYAML'],
    ] as const)
      await put(`${path}/lib/python3.11/site-packages/${name}-5.3.dist-info/METADATA`, `Name: ${name}\nVersion: 5.3\n`);
    await put('app/requirements.txt', 'PYYAML==5.3\n');
    const { packages } = await readRootfs(root, { lockFiles: true });
    expect(packages.map(({ name, locations, isLocked }) => [name, locations, isLocked])).toEqual([
      ['pyyaml', ['app/requirements.txt'], true],
      [
        'pyyaml',
        ['a/lib/python3.11/site-packages/pyyaml', 'b/lib/python3.11/site-packages/PyYAML'].map(
          (path) => `opt/${path}-5.3.dist-info/METADATA`,
        ),
        undefined,
      ],
    ]);
  });

  it('follows no link out of the root', async () => {
    await put('outside/node_modules/a/package.json', manifest, dirname(root));
    await put('outside/status', dpkgStatus('bash=1'), dirname(root));
    await symlink('../outside', join(root, 'app'));
    await mkdir(join(root, 'var/lib/dpkg'), { recursive: true });
    await symlink('../../../../outside/status', join(root, 'var/lib/dpkg/status'));
    expect((await readRootfs(root)).packages).toEqual([]);
  });

  it('takes an absolute link from the root of the image', async () => {
    await put('opt/dpkg/status', dpkgStatus('bash=1'));
    await put('etc/os-release', 'ID=debian\nVERSION_ID=12\n');
    await mkdir(join(root, 'var/lib'), { recursive: true });
    await symlink('/opt/dpkg', join(root, 'var/lib/dpkg'));
    expect(lines(await readRootfs(root))).toEqual(['bash@1 #- opt/dpkg/status']);
  });

  it('does not wander into the kernel’s file systems', async () => {
    await put('proc/1/root/node_modules/a/package.json', manifest);
    expect((await readRootfs(root)).packages).toEqual([]);
  });

  it('says so when there is more than it may read', async () => {
    for (let at = 0; at < 5; at++) await put(`f${at}`, '');
    const inventory = await readRootfs(root, { limits: { ...defaultLimits, entriesPerLayer: 3 } });
    expect(inventory).toMatchObject({ complete: false, problems: [{ code: 'rootfs-too-many-entries' }] });
  });

  it.each([
    [{ layerBytes: 10 }, 'rootfs-too-large'],
    [{ layerMs: 0 }, 'rootfs-too-slow'],
  ])('keeps to the limits of a layer (%j)', async (limit, code) => {
    for (const name of ['a', 'b']) await put(`${name}/node_modules/a/package.json`, manifest);
    const inventory = await readRootfs(root, { limits: { ...defaultLimits, ...limit } });
    expect(inventory).toMatchObject({ complete: false, problems: [{ code }] });
    expect(inventory.packages.length).toBeLessThan(2);
  });

  it('leaves out a path that is too long, and reads the others', async () => {
    await put(`${'long/'.repeat(10)}node_modules/a/package.json`, manifest);
    await put('node_modules/a/package.json', manifest);
    const inventory = await readRootfs(root, { limits: { ...defaultLimits, pathBytes: 40 } });
    expect(lines(inventory)).toEqual(['a@1.0.0 #- node_modules/a/package.json']);
    expect(inventory.problems).toMatchObject([{ code: 'rootfs-path-too-long', path: `${'long/'.repeat(8)}long` }]);
  });
});
