import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bookworm, describeWithTool, layered } from '@tidewaiter/testing';
import { inventoryOf } from '../spec-images';

const there = 'install ok installed';
const shared = { 'Multi-Arch': 'same' };

function stanza(Package: string, Architecture: string, Version: string, more: Record<string, string> = {}): string {
  const fields = { Package, Status: there, Maintainer: 'A <a@debian.org>', Architecture, Version, Description: 'x' };
  const lines = Object.entries({ ...fields, ...more }).map(([name, value]) => `${name}: ${value}\n`);
  return `${lines.join('')}\n`;
}

const status = [
  ...['a', 'b', 'c', 'moved', 'kept'].map((name) => stanza(name, 'amd64', '1')),
  ...['amd64', 'i386'].map((architecture) => stanza('shared', architecture, '1', shared)),
  ...['amd64', 'i386'].map((architecture) => stanza('half', architecture, '1', shared)),
  stanza('joined', 'amd64', '1', shared),
].join('');

const journal: Readonly<Record<string, string>> = {
  '0000': stanza('a', 'amd64', '2', { Status: 'install ok unpacked' }),
  '0001': stanza('a', 'amd64', '3'),
  '0002': stanza('b', 'amd64', '1', { Status: 'deinstall ok config-files' }),
  '0003': 'Package: c\nStatus: purge ok not-installed\nArchitecture: amd64\n\n',
  '0004': stanza('moved', 'all', '2'),
  '0005': stanza('shared', 'i386', '2', shared),
  '0006': 'Package: half\nStatus: purge ok not-installed\nArchitecture: i386\nMulti-Arch: same\n\n',
  '0007': stanza('joined', 'i386', '1', shared),
  '0008': '',
  '0009': stanza('new', 'amd64', '1') + stanza('newer', 'amd64', '1'),
  'tmp.i': stanza('unfinished', 'amd64', '1'),
};

async function inventoried(...layers: Readonly<Record<string, string>>[]): Promise<readonly string[]> {
  const items = layers.map((files) =>
    Object.entries(files).map(([name, content]) => ({ path: `var/lib/dpkg/${name}`, content })),
  );
  const { packages, problems } = await inventoryOf(layered([[bookworm], ...items]));
  expect(problems).toEqual([]);
  return packages.map(({ name, version, architecture }) => `${name} ${version} ${architecture ?? ''}`).sort();
}

function installedSays(root: string): readonly string[] {
  const format = '${db:Status-Status} ${Package} ${Version} ${Architecture}\n';
  const { stdout, stderr } = spawnSync('dpkg-query', [`--admindir=${root}`, '-W', `-f=${format}`], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('config-files'));
  return lines.map((line) => line.slice(line.indexOf(' ') + 1)).sort();
}

describeWithTool('dpkg-query', 'dpkg’s journal as dpkg-query reads it', () => {
  const updates = Object.fromEntries(Object.entries(journal).map(([name, text]) => [`updates/${name}`, text]));
  const root = mkdtempSync(join(tmpdir(), 'tidewaiter-dpkg-'));

  beforeAll(() => {
    for (const part of ['info', 'updates']) mkdirSync(join(root, part));
    for (const [name, text] of Object.entries({ status, ...updates })) writeFileSync(join(root, name), text);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  it('is put into the database of its layer, and of one below', async () => {
    const expected = installedSays(root);
    expect(expected).toContain('a 3 amd64');
    expect(await inventoried({ status, ...updates })).toEqual(expected);
    expect(await inventoried({ status }, updates)).toEqual(expected);
  });

  it('is forgotten when dpkg has come to its end', async () => {
    const gone = Object.fromEntries(Object.keys(updates).map((name) => [name.replace('/', '/.wh.'), '']));
    expect(await inventoried({ status }, updates, { status: stanza('a', 'amd64', '3'), ...gone })).toEqual([
      'a 3 amd64',
    ]);
  });
});
