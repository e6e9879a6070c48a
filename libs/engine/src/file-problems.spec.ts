import { elfBytes } from '@tidewaiter/formats';
import { defaultLimits } from '@tidewaiter/image';
import {
  bookworm,
  buildImage,
  buildLayer,
  dpkg,
  dpkgStatus,
  layered,
  memorySource,
  type TarItem,
} from '@tidewaiter/testing';
import { readImage } from './read-image';
import { inventoryOf } from './spec-images';

/** What Go writes into programs that were built without modules, as all of Debian's are. https://pkg.go.dev/debug/buildinfo */
function programWithoutModules(version: string): Buffer {
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[15] = 2;
  const content = Buffer.concat([header, Buffer.from([version.length]), Buffer.from(version), Buffer.from([0])]);
  return elfBytes({ sections: [{ name: '.go.buildinfo', content, address: 0x500000, isWritable: true }] });
}

const program: TarItem = { path: 'usr/bin/crun', content: programWithoutModules('go1.22.3'), mode: 0o755 };
const list: TarItem = { path: 'var/lib/dpkg/info/crun.list', content: '/usr/bin/crun\n' };

async function problems(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  return (await inventoryOf(layered(layers))).problems.map(({ code, path }) => `${code} ${path ?? ''}`);
}

describe('what is wrong with a file', () => {
  it('is told with its path and its layer, and the image is not complete', async () => {
    const image = buildImage({ layers: [buildLayer([bookworm, dpkg('bash=1')]), buildLayer([program])] });
    const inventory = await inventoryOf(memorySource(image));
    const { digest } = inventory.layers[1] ?? {};
    expect(inventory).toMatchObject({
      complete: false,
      problems: [{ code: 'go-modules-unknown', path: 'usr/bin/crun', layer: digest }],
    });
    expect(digest).toMatch(/^sha256:/);
  });

  it('is gone with the file that a later layer removed', async () => {
    expect(await problems([program], [{ path: 'usr/bin/.wh.crun', content: '' }])).toEqual([]);
    expect(await problems([program], [{ path: 'usr/.wh..wh..opq', content: '' }])).toEqual([]);
  });

  it('is gone with the file that a later layer replaced', async () => {
    expect(await problems([program], [{ path: 'usr/bin/crun', content: '#!/bin/sh\n', mode: 0o755 }])).toEqual([]);
    expect(await problems([program], [{ path: 'usr/bin', symlink: '../bin' }])).toEqual([]);
  });

  it('stands under the name that the file has left', async () => {
    const layers: TarItem[][] = [
      [program],
      [{ path: 'bin/other', hardlink: 'usr/bin/crun', mode: 0o755 }],
      [{ path: '.wh.usr', content: '' }],
    ];
    expect(await problems(...layers)).toEqual(['go-modules-unknown bin/other']);
  });

  it('is the distro’s to judge in a program that its package brought, where its word is comprehensive', async () => {
    const inventory = await inventoryOf(layered([[bookworm, dpkg('crun=1.8'), list, program]]));
    expect(inventory).toMatchObject({ complete: true, problems: [] });
    expect(inventory.packages.find(({ name }) => name === 'stdlib')).toMatchObject({
      ownedBy: 'pkg:deb/debian/crun@1.8?arch=amd64&distro=debian-12',
    });
  });

  it('is not when the program was put over the distro’s later, or a vendor’s package brought it', async () => {
    const later = { ...program, content: programWithoutModules('go1.23.0') };
    expect(await problems([bookworm, dpkg('crun=1.8'), list, program], [later])).toEqual([
      'go-modules-unknown usr/bin/crun',
    ]);
    const vendors = { path: 'var/lib/dpkg/status', content: dpkgStatus('crun=1.8', 'Vendor <x@example.com>') };
    expect(await problems([bookworm, vendors, list, program])).toEqual(['go-modules-unknown usr/bin/crun']);
  });

  it('counts for a package database, though a package lists it', async () => {
    const database: TarItem = { path: 'var/lib/dpkg/status', content: `${dpkgStatus('crun=1.8')}Package: half\n\n` };
    const own: TarItem = { path: 'var/lib/dpkg/info/crun.list', content: '/var/lib/dpkg/status\n' };
    const found = await problems([bookworm, database, own]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/var\/lib\/dpkg\/status$/);
  });

  describe('a list of files', () => {
    const place = 'venv/lib/python3.11/site-packages/broken-1.0.dist-info';
    const record = `broken/__init__.py,,\nbroken-1.0.dist-info/METADATA,,\nbroken-1.0.dist-info/RECORD,,\n`;
    const files: TarItem[] = [
      { path: `${place}/RECORD`, content: record },
      { path: `${place}/INSTALLER`, content: 'pip\n' },
    ];
    const metadata: TarItem = { path: `${place}/METADATA`, content: 'Name: broken\nVersion: 1.0\n' };
    const missing = [`package-metadata-missing ${place}/RECORD`];

    // `pip list` warns of "invalid metadata entry 'name'" and leaves the package out.
    it('says nothing of which package they are when the metadata is gone, and not when all of it is', async () => {
      expect(await problems(files)).toEqual(missing);
      expect(await problems([{ path: `${place}/RECORD`, content: '' }])).toEqual(missing);
      expect(await problems([...files, metadata])).toEqual([]);
      expect(await problems([...files, metadata], [{ path: `${place}/.wh.METADATA`, content: '' }])).toEqual(missing);
      expect(await problems(files, [metadata])).toEqual([]);
      expect(await problems(files, [{ path: `${place.replace(/broken-1/, '.wh.broken-1')}`, content: '' }])).toEqual(
        [],
      );
    });

    it('is not named besides what is wrong with the metadata', async () => {
      expect(await problems([...files, { ...metadata, content: '' }])).toEqual([
        `python-metadata-unreadable ${place}/METADATA`,
      ]);
    });

    it('is read with the metadata beside it, though it is a hard link to one that is gone', async () => {
      const links = ['RECORD', 'METADATA'].map((name) => ({
        path: `copy/broken-1.0.dist-info/${name}`,
        hardlink: `${place}/${name}`,
      }));
      expect(await problems([...files, metadata, ...links], [{ path: '.wh.venv', content: '' }])).toEqual([]);
    });

    it('is the distro’s to answer for where its package brought it', async () => {
      const owned = { path: 'var/lib/dpkg/info/broken.list', content: `/${place}/RECORD\n` };
      expect(await problems([bookworm, dpkg('broken=1.0'), owned, ...files])).toEqual([]);
    });
  });

  it('is gone with a file that was too large to be read', async () => {
    const large: TarItem = { path: 'node_modules/a/package.json', content: '{"name":"a","version":"1.0.0"}' };
    const limits = { ...defaultLimits, fileBytes: 10 };
    const codes = async (...layers: TarItem[][]): Promise<readonly string[]> => {
      const [reading] = await readImage(layered(layers), { limits });
      return reading?.kind === 'inventory' ? reading.inventory.problems.map(({ code }) => code) : [];
    };
    expect(await codes([large])).toEqual(['file-too-large']);
    expect(await codes([large], [{ path: '.wh.node_modules', content: '' }])).toEqual([]);
  });

  it('is not that it is larger than its extractor would have it, where the limit was raised', async () => {
    const release: TarItem = {
      path: 'etc/os-release',
      content: `ID=debian\nVERSION_ID=12\n${'#'.repeat(2 * 1024 * 1024)}\n`,
    };
    const read = async (limits: Partial<typeof defaultLimits>) => {
      const items = [release, dpkg('bash=1')];
      const source = memorySource(buildImage({ layers: [buildLayer(items)] }));
      const [reading] = await readImage(source, { limits: { ...defaultLimits, ...limits } });
      return reading?.kind === 'inventory' ? reading.inventory.problems.map(({ code }) => code) : undefined;
    };
    const raised = 4 * 1024 * 1024;
    expect(await read({})).toEqual(['distro-unknown', 'file-too-large']);
    expect(await read({ extractorFileBytes: raised })).toEqual([]);
    expect(await read({ extractorFileBytes: raised, fileBytes: 1024 })).toContain('file-too-large');
  });
});
