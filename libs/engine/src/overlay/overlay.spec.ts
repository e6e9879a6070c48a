import { elfBytes } from '@tidewaiter/formats';
import {
  alpine320,
  apkInstalled,
  bookworm,
  dpkg,
  dpkgStatus,
  layered,
  npmPackage,
  type TarItem,
} from '@tidewaiter/testing';
import { inventoryOf, lines } from '../spec-images';

const usrmerge: TarItem[] = [
  { path: 'usr', directory: true },
  { path: 'usr/lib', directory: true },
  { path: 'lib', symlink: 'usr/lib' },
];

async function found(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  return lines(await inventoryOf(layered(layers)));
}

async function problems(...layers: (readonly TarItem[])[]): Promise<readonly string[]> {
  return (await inventoryOf(layered(layers))).problems.map((problem) => problem.code);
}

describe('whiteouts (OCI layer.md)', () => {
  it('remove a file of a lower layer, and it is not listed (trap 6)', async () => {
    const layers = [[npmPackage('app/node_modules/a')], [{ path: 'app/node_modules/a/.wh.package.json', content: '' }]];
    expect(await found(...layers)).toEqual([]);
  });

  it('remove everything below a directory', async () => {
    const layers = [
      [npmPackage('app/node_modules/a'), npmPackage('srv/node_modules/b')],
      [{ path: '.wh.app', content: '' }],
    ];
    expect(await found(...layers)).toEqual(['b@1.0.0 #0 srv/node_modules/b/package.json']);
  });

  it('never touch the layer they are in, wherever they stand in it', async () => {
    const layers = [
      [npmPackage('app/node_modules/a', '1.0.0')],
      [npmPackage('app/node_modules/a', '2.0.0'), { path: 'app/node_modules/.wh.a', content: '' }],
    ];
    expect(await found(...layers)).toEqual(['a@2.0.0 #1 app/node_modules/a/package.json']);
  });

  it('leave a name that only begins alike', async () => {
    const layers = [
      [npmPackage('app/node_modules/a'), npmPackage('app/node_modules/ab')],
      [{ path: 'app/node_modules/.wh.a', content: '' }],
    ];
    expect(await found(...layers)).toEqual(['ab@1.0.0 #0 app/node_modules/ab/package.json']);
  });

  it('of the database take all its packages away', async () => {
    const layers = [[bookworm, dpkg('bash=1')], [{ path: 'var/lib/dpkg/.wh.status', content: '' }]];
    expect(await found(...layers)).toEqual([]);
  });

  it('that are bookkeeping of aufs remove nothing', async () => {
    const layers = [[npmPackage('app/node_modules/a')], [{ path: 'app/.wh..wh.node_modules', content: '' }]];
    expect(await found(...layers)).toHaveLength(1);
  });
});

describe('opaque directories', () => {
  it('hide what lower layers have below, and not the layer’s own files, though the marker comes last', async () => {
    const layers = [
      [npmPackage('app/node_modules/a'), npmPackage('app/node_modules/b')],
      [npmPackage('app/node_modules/b', '2.0.0'), { path: 'app/node_modules/.wh..wh..opq', content: '' }],
    ];
    expect(await found(...layers)).toEqual(['b@2.0.0 #1 app/node_modules/b/package.json']);
  });

  it('may be the root', async () => {
    const layers = [
      [bookworm, dpkg('bash=1')],
      [{ path: '.wh..wh..opq', content: '' }, npmPackage('node_modules/a')],
    ];
    expect(await found(...layers)).toEqual(['a@1.0.0 #1 node_modules/a/package.json']);
  });
});

describe('what replaces what', () => {
  it('a directory that became a link hides what was in it (trap 4)', async () => {
    const layers = [[npmPackage('app/node_modules/log4js')], [{ path: 'app', symlink: 'srv' }]];
    expect(await found(...layers)).toEqual([]);
  });

  it.each(['app', 'app/node_modules', 'app/node_modules/highlight.js', 'app/node_modules/@scope/a.js'])(
    'a file over the directory %s hides what was in it',
    async (path) => {
      const below = path.startsWith('app/node_modules/') ? path : 'app/node_modules/a';
      const layers = [[npmPackage(below)], [{ path, content: 'now a file' }]];
      expect(await found(...layers)).toEqual([]);
    },
  );

  it('a directory over a directory changes its attributes only', async () => {
    const layers = [[npmPackage('app/node_modules/a')], [{ path: 'app', directory: true as const }]];
    expect(await found(...layers)).toHaveLength(1);
  });

  it('a directory, device or hard link to something else takes the place of a file that was read', async () => {
    const files = ['a', 'b', 'c'].map((name) => npmPackage(`node_modules/${name}`));
    const upper: TarItem[] = [
      { path: 'node_modules/a/package.json', directory: true },
      { path: 'node_modules/b/package.json', device: 'fifo' },
      { path: 'data', content: '' },
      { path: 'node_modules/c/package.json', hardlink: 'data' },
    ];
    expect(await found(files, upper)).toEqual([]);
  });

  it('a directory in the place of a link hides nothing of where the link led', async () => {
    const layers = [
      [npmPackage('data/node_modules/a'), { path: 'app', symlink: 'data' }],
      [
        { path: 'app', directory: true as const },
        { path: 'app/.wh..wh..opq', content: '' },
      ],
    ];
    expect(await found(...layers)).toEqual(['a@1.0.0 #0 data/node_modules/a/package.json']);
  });

  it('the last of doubled paths in one layer counts', async () => {
    expect(await found([npmPackage('node_modules/a', '1.0.0'), npmPackage('node_modules/a', '2.0.0')])).toEqual([
      'a@2.0.0 #0 node_modules/a/package.json',
    ]);
    expect(await found([npmPackage('node_modules/a'), { path: 'node_modules/a/package.json', symlink: 'x' }])).toEqual(
      [],
    );
  });

  it('the newest database wins as a whole', async () => {
    const layers = [[bookworm, dpkg('bash=1 curl=1 zlib=1')], [dpkg('bash=1 curl=2')]];
    expect(await found(...layers)).toEqual(['bash@1 #0 var/lib/dpkg/status', 'curl@2 #1 var/lib/dpkg/status']);
  });
});

describe('links on the way (usrmerge)', () => {
  it('an upper layer writes through a link of a lower one', async () => {
    const layers = [
      [alpine320, ...usrmerge, { path: 'usr/lib/apk/db/installed', content: apkInstalled('musl=1-r0 zlib=1-r0') }],
      [{ path: 'lib/apk/db/installed', content: apkInstalled('musl=2-r0') }],
    ];
    expect(await found(...layers)).toEqual(['musl@2-r0 #1 usr/lib/apk/db/installed']);
  });

  it('a whiteout goes through the link as well', async () => {
    const layers = [
      [...usrmerge, npmPackage('usr/lib/node_modules/a')],
      [{ path: 'lib/node_modules/.wh.a', content: '' }],
    ];
    expect(await found(...layers)).toEqual([]);
  });

  it('a directory that the upper layer states replaces the link, and both contents stay', async () => {
    const layers = [
      [...usrmerge, npmPackage('usr/lib/node_modules/a')],
      [
        { path: 'lib', directory: true as const },
        { path: 'lib/node_modules', directory: true as const },
        { path: 'lib/node_modules/b', directory: true as const },
        npmPackage('lib/node_modules/b'),
      ],
    ];
    expect(await found(...layers)).toEqual([
      'a@1.0.0 #0 usr/lib/node_modules/a/package.json',
      'b@1.0.0 #1 lib/node_modules/b/package.json',
    ]);
  });

  it('a link never leads above the root', async () => {
    const layers = [[{ path: 'srv/up', symlink: '../../../../app' }], [npmPackage('srv/up/node_modules/a')]];
    expect(await found(...layers)).toEqual(['a@1.0.0 #1 app/node_modules/a/package.json']);
  });

  it('links that lead round in circles end in a problem', async () => {
    const layers = [
      [
        { path: 'a', symlink: 'b' },
        { path: 'b', symlink: 'a' },
      ],
      [npmPackage('a/node_modules/x')],
    ];
    expect(await problems(...layers)).toEqual(['link-circular']);
  });

  it('os-release is found behind its link, also in another layer', async () => {
    const { image } = await inventoryOf(
      layered([
        [{ path: 'etc/os-release', symlink: '../usr/lib/os-release' }],
        [{ path: 'usr/lib/os-release', content: 'ID=debian\nVERSION_ID=12\n' }],
      ]),
    );
    expect(image.os).toEqual({ id: 'debian', versionId: '12' });
  });

  it('a database behind a link to a place of its own is found (trap 40)', async () => {
    const inventory = await inventoryOf(
      layered([
        [bookworm, { path: 'opt/dpkg/status', content: dpkgStatus('bash=1') }],
        [{ path: 'var/lib/dpkg', symlink: '../../opt/dpkg' }],
      ]),
    );
    expect(lines(inventory)).toEqual(['bash@1 #0 opt/dpkg/status']);
    expect(inventory.problems).toEqual([]);
  });

  it('a link that leads nowhere is nothing', async () => {
    expect(await problems([{ path: 'etc/os-release', symlink: '../gone/os-release' }])).toEqual([]);
  });
});

describe('hard links', () => {
  it('to a file nobody asked for are read (trap 40: ostree’s objects, pnpm’s store)', async () => {
    const content = JSON.stringify({ name: 'a', version: '1.0.0' });
    const layer: TarItem[] = [
      { path: 'root/.store/ab/cdef', content },
      { path: 'app/node_modules/a/package.json', hardlink: 'root/.store/ab/cdef' },
    ];
    expect(await found(layer)).toContain('a@1.0.0 #0 app/node_modules/a/package.json root/.store/ab/cdef');
  });

  it('to a file of a lower layer keep its content when the other name goes', async () => {
    const layers: TarItem[][] = [
      [npmPackage('app/node_modules/a')],
      [{ path: 'srv/node_modules/a/package.json', hardlink: 'app/node_modules/a/package.json' }],
      [{ path: '.wh.app', content: '' }],
    ];
    expect(await found(...layers)).toEqual(['a@1.0.0 #1 srv/node_modules/a/package.json']);
  });

  it('to a hard link to a file of a lower layer are read, whichever of them is looked at first', async () => {
    const layers = [
      [npmPackage('store/node_modules/a')],
      [
        { path: 'x/node_modules/a/package.json', hardlink: 'store/node_modules/a/package.json' },
        { path: 'app/node_modules/a/package.json', hardlink: 'x/node_modules/a/package.json' },
      ],
    ];
    expect(await problems(...layers)).toEqual([]);
    expect(await found(...layers)).toContain(
      'a@1.0.0 #1 app/node_modules/a/package.json x/node_modules/a/package.json',
    );
  });

  it('to what is not inside the image are a problem', async () => {
    const layers = [[npmPackage('node_modules/a')], [{ path: 'node_modules/a/package.json', hardlink: '../../x' }]];
    expect(await problems(...layers)).toEqual(['layer-entry-path-invalid']);
    expect(await found(...layers)).toEqual([]);
  });

  it('to nothing are a problem', async () => {
    expect(await problems([{ path: 'node_modules/a/package.json', hardlink: 'gone' }])).toEqual([
      'hardlink-unresolved',
    ]);
  });
});

describe('attribution', () => {
  it('goes to the layer since which a package is there without a break', async () => {
    const layers = [
      [bookworm, dpkg('bash=1 curl=1')],
      [dpkg('bash=1')],
      [dpkg('bash=1 curl=1')],
      [dpkg('bash=1 curl=1 zlib=1')],
    ];
    expect(await found(...layers)).toEqual([
      'bash@1 #0 var/lib/dpkg/status',
      'curl@1 #2 var/lib/dpkg/status',
      'zlib@1 #3 var/lib/dpkg/status',
    ]);
  });

  it('follows a database that moves', async () => {
    const layers = [
      [alpine320, { path: 'lib/apk/db/installed', content: apkInstalled('musl=1-r0') }],
      [
        { path: 'lib/.wh.apk', content: '' },
        { path: 'usr/lib/apk/db/installed', content: apkInstalled('musl=1-r0 zlib=1-r0') },
      ],
    ];
    expect(await found(...layers)).toEqual([
      'musl@1-r0 #0 usr/lib/apk/db/installed',
      'zlib@1-r0 #1 usr/lib/apk/db/installed',
    ]);
  });

  it('keeps a language package with its layer when only its attributes change', async () => {
    expect(await found([npmPackage('node_modules/a')], [npmPackage('node_modules/a')])).toEqual([
      'a@1.0.0 #0 node_modules/a/package.json',
    ]);
  });

  it('starts anew for a language package that was removed and came back', async () => {
    const layers = [
      [npmPackage('node_modules/a')],
      [{ path: '.wh.node_modules', content: '' }],
      [npmPackage('node_modules/a')],
    ];
    expect(await found(...layers)).toEqual(['a@1.0.0 #2 node_modules/a/package.json']);
  });

  it('is not misled by a layer that hides a directory and puts the same back', async () => {
    const layers = [
      [bookworm, dpkg('bash=1')],
      [{ path: 'var/.wh..wh..opq', content: '' }, dpkg('bash=1')],
    ];
    expect(await found(...layers)).toEqual(['bash@1 #0 var/lib/dpkg/status']);
  });

  it('lists the places of a package once, apart by layer', async () => {
    const layers = [[npmPackage('x/node_modules/a'), npmPackage('y/node_modules/a')], [npmPackage('z/node_modules/a')]];
    expect(await found(...layers)).toEqual([
      'a@1.0.0 #0 x/node_modules/a/package.json y/node_modules/a/package.json',
      'a@1.0.0 #1 z/node_modules/a/package.json',
    ]);
  });

  it('merges databases that coexist: distroless below, apt on top (trap 41)', async () => {
    const layers = [
      [bookworm, dpkg('tzdata=1', 'var/lib/dpkg/status.d/tzdata'), dpkg('libc6=1', 'var/lib/dpkg/status.d/libc6')],
      [dpkg('libc6=1 curl=1')],
    ];
    expect(await found(...layers)).toEqual([
      'curl@1 #1 var/lib/dpkg/status',
      'libc6@1 #0 var/lib/dpkg/status var/lib/dpkg/status.d/libc6',
      'tzdata@1 #0 var/lib/dpkg/status.d/tzdata',
    ]);
  });
});

describe('language packages that a distro package brought', () => {
  const list = (path: string): TarItem => ({ path: 'var/lib/dpkg/info/npm.list', content: `/.\n/${path}\n` });
  const owned = 'usr/share/nodejs/node_modules/tar';
  const ownerOf = async (...layers: (readonly TarItem[])[]): Promise<string | undefined> =>
    (await inventoryOf(layered(layers))).packages.find((pkg) => pkg.name === 'tar')?.ownedBy;

  it('name their owner, and stay in the inventory (traps 1 and 3)', async () => {
    const layer = [bookworm, dpkg('npm=9.2'), list(`${owned}/package.json`), npmPackage(owned)];
    expect(await ownerOf(layer)).toBe('pkg:deb/debian/npm@9.2?arch=amd64&distro=debian-12');
  });

  it('are found through merged directories: the list says /lib where the file is in usr/lib', async () => {
    const layer = [
      bookworm,
      ...usrmerge,
      dpkg('npm=9.2'),
      list('lib/node_modules/tar/package.json'),
      npmPackage('usr/lib/node_modules/tar'),
    ];
    expect(await ownerOf(layer)).toMatch('pkg:deb/debian/npm');
  });

  it('keep it when a layer merges the directory into another and leaves a link', async () => {
    const layers = [
      [
        bookworm,
        dpkg('npm=9.2'),
        list('lib/node_modules/tar/package.json'),
        npmPackage('lib/node_modules/tar'),
        npmPackage('lib/node_modules/own'),
      ],
      [...usrmerge, npmPackage('usr/lib/node_modules/tar'), npmPackage('usr/lib/node_modules/own')],
    ];
    expect(await ownerOf(...layers)).toMatch('pkg:deb/debian/npm');
    const changed = [layers[0] ?? [], [...usrmerge, npmPackage('usr/lib/node_modules/tar', '9.9.9')]];
    expect(await ownerOf(...changed)).toBeUndefined();
  });

  it('are not of who lists a link to them: of another package where one lists the file, else of nobody', async () => {
    const link = { path: 'usr/lib/package.json', symlink: `/${owned}/package.json` };
    const links = { path: 'var/lib/dpkg/info/zip.list', content: '/usr/lib/package.json\n' };
    const layer = [bookworm, dpkg('npm=9.2 zip=1'), npmPackage(owned), link, links];
    expect(await ownerOf([...layer, list(`${owned}/package.json`)])).toMatch('pkg:deb/debian/npm');
    expect(await ownerOf(layer)).toBeUndefined();
  });

  it('have none when they were put over the distro’s later', async () => {
    const layers = [
      [bookworm, dpkg('npm=9.2'), list(`${owned}/package.json`), npmPackage(owned, '6.0.0')],
      [npmPackage(owned, '7.0.0')],
    ];
    expect(await ownerOf(...layers)).toBeUndefined();
  });

  it('keep it when a later layer has the same file anew, as chown -R leaves it', async () => {
    const layers = [
      [bookworm, dpkg('npm=9.2'), list(`${owned}/package.json`), npmPackage(owned)],
      [npmPackage(owned)],
      [npmPackage(owned)],
    ];
    expect(await ownerOf(...layers)).toMatch('pkg:deb/debian/npm');
  });

  it('have none when a vendor’s package brought them (traps 14 and 15)', async () => {
    const status = { path: 'var/lib/dpkg/status', content: dpkgStatus('npm=9.2', 'Vendor <x@nodesource.com>') };
    expect(await ownerOf([bookworm, status, list(`${owned}/package.json`), npmPackage(owned)])).toBeUndefined();
  });

  it('are the distro’s also where a package of the language says that it owns them', async () => {
    const [inner, outer] = ['var/lib/site-packages/a/_vendor/tar-1.dist-info', 'var/lib/site-packages/a-1.dist-info'];
    const layer = [
      bookworm,
      dpkg('npm=9.2'),
      list(`${inner}/METADATA`),
      { path: `${inner}/METADATA`, content: 'Name: tar\nVersion: 1\n' },
      { path: `${outer}/METADATA`, content: 'Name: a\nVersion: 1\n' },
      { path: `${outer}/RECORD`, content: 'a/_vendor/tar-1.dist-info/METADATA,,\n' },
    ];
    expect(await ownerOf(layer)).toMatch('pkg:deb/debian/npm');
  });

  it('are not listed at all when they are programs known by their bytes alone: the distro’s package says more (trap 2)', async () => {
    const busybox: TarItem = {
      path: 'bin/busybox',
      content: elfBytes({ sections: [{ name: '.rodata', content: Buffer.from('\0BusyBox v1.36.1\0') }] }),
      mode: 0o755,
    };
    const database = [bookworm, dpkg('busybox=1:1.36.1-9')];
    const owned: TarItem = { path: 'var/lib/dpkg/info/busybox.list', content: '/bin/busybox\n' };
    expect(await found([...database, busybox])).toContain('busybox@1.36.1 #0 bin/busybox');
    expect(await found([...database, owned, busybox])).toEqual(['busybox@1:1.36.1-9 #0 var/lib/dpkg/status']);
  });

  it('have none where the distro does not speak of what it has not fixed', async () => {
    const installed = `${apkInstalled('npm=9-r0').trim()}\nF:${owned}\nR:package.json\n\n`;
    expect(
      await ownerOf([alpine320, { path: 'lib/apk/db/installed', content: installed }, npmPackage(owned)]),
    ).toBeUndefined();
  });
});

describe('licences that a database does not state', () => {
  const copyright = (path: string, license: string): TarItem => ({
    path: `usr/share/doc/${path}/copyright`,
    content: `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: ${license}\n`,
  });
  const licenses = async (...layers: (readonly TarItem[])[]): Promise<unknown> =>
    (await inventoryOf(layered(layers))).packages.map((pkg) => [pkg.name, pkg.licenses]);

  it('are those of its package’s file, also where the directory is a link to another package’s', async () => {
    const layer = [
      bookworm,
      dpkg('bash=1 libx=1 libx-dev=1'),
      copyright('libx', 'Expat'),
      { path: 'usr/share/doc/libx-dev', symlink: 'libx' },
    ];
    expect(await licenses(layer)).toEqual([
      ['bash', undefined],
      ['libx', ['MIT']],
      ['libx-dev', ['MIT']],
    ]);
  });

  it('are gone with the documentation', async () => {
    const layers = [[bookworm, dpkg('libx=1'), copyright('libx', 'ISC')], [{ path: 'usr/share/.wh.doc', content: '' }]];
    expect(await licenses(...layers)).toEqual([['libx', undefined]]);
  });
});

describe('two extractors of which one yields to the other', () => {
  const list = (components: Readonly<Record<string, string>>): TarItem => ({
    path: 'opt/bitnami/.bitnami_components.json',
    content: JSON.stringify(
      Object.fromEntries(Object.entries(components).map(([name, version]) => [name, { version, arch: 'amd64' }])),
    ),
  });
  const spdxPath = 'opt/bitnami/redis/.spdx-redis.spdx';
  const spdx = (...purls: readonly string[]): TarItem => ({
    path: spdxPath,
    content: JSON.stringify({
      spdxVersion: 'SPDX-2.3',
      packages: purls.map((referenceLocator) => ({ externalRefs: [{ referenceType: 'purl', referenceLocator }] })),
    }),
  });
  const components = list({ redis: '7.0.5-1', gosu: '1.14.0-155' });
  const document = spdx('pkg:bitnami/redis@7.0.8-0?arch=amd64');
  const gosu = 'gosu@1.14.0-155 #0 opt/bitnami/.bitnami_components.json';

  it('list a component once, as its own document has it, and the others as the list has them', async () => {
    expect(await found([components, document])).toEqual([gosu, `redis@7.0.8-0 #0 ${spdxPath}`]);
    expect(await found([components], [document])).toEqual([gosu, `redis@7.0.8-0 #1 ${spdxPath}`]);
  });

  it('list it as the list has it where its document is gone or does not name it', async () => {
    const listed = [gosu, 'redis@7.0.5-1 #0 opt/bitnami/.bitnami_components.json'];
    expect(
      await found([components, document], [{ path: 'opt/bitnami/redis/.wh..spdx-redis.spdx', content: '' }]),
    ).toEqual(listed);
    expect(await found([components, spdx()])).toEqual(listed);
  });
});
