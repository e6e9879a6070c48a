import { createHash } from 'node:crypto';
import type { Inventory } from '@tidewaiter/contracts';
import { zipBytes } from '@tidewaiter/formats';
import { defaultLimits } from '@tidewaiter/image';
import {
  bookworm,
  buildImage,
  buildLayer,
  dpkg,
  dpkgStatus,
  layered,
  memorySource,
  npmPackage,
  type TarItem,
} from '@tidewaiter/testing';
import { readImage } from './read-image';
import { inventoryOf } from './spec-images';

/** As much of a program as its magic number: what is inside is the extractors' business. */
const program = Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), Buffer.alloc(300)]);

function run(path: string, content: string | Uint8Array = program, mode = 0o755): TarItem {
  return { path, content, mode };
}

function shown({ executables }: Inventory): readonly string[] {
  return executables.map(({ path, kind, standing, ownedBy, layer }) =>
    [path, kind, standing, `#${layer ?? '-'}`, ...(ownedBy === undefined ? [] : [ownedBy.replace(/\?.*/, '')])].join(
      ' ',
    ),
  );
}

function list(name: string, ...paths: readonly string[]): TarItem {
  return { path: `var/lib/dpkg/info/${name}.list`, content: paths.map((path) => `/${path}\n`).join('') };
}

describe('executables', () => {
  it('are listed with mode, size and hash, whatever their name', async () => {
    const script = '#!/usr/bin/env -S python3 -u\nprint(1)\n';
    const { executables } = await inventoryOf(layered([[run('opt/x', program, 0o4755), run('opt/run.txt', script)]]));
    expect(executables).toEqual([
      {
        path: 'opt/run.txt',
        kind: 'script',
        mode: 0o755,
        sizeBytes: script.length,
        sha256: createHash('sha256').update(script).digest('hex'),
        interpreter: '/usr/bin/env',
        standing: 'unknown',
        layer: 0,
      },
      {
        path: 'opt/x',
        kind: 'elf',
        mode: 0o4755,
        sizeBytes: program.length,
        sha256: createHash('sha256').update(program).digest('hex'),
        standing: 'unknown',
        layer: 0,
      },
    ]);
  });

  it('are what can run or is loaded as code: neither data with an executable bit nor programs without one', async () => {
    const inventory = await inventoryOf(
      layered([
        [
          run('data', 'just text'),
          run('empty', ''),
          run('no-bit', program, 0o644),
          run('usr/lib/libx.so.1.2', program, 0o644),
          run('usr/lib/addon.node', program, 0o644),
          run('setuid-data', 'text', 0o4644),
        ],
      ]),
    );
    expect(shown(inventory)).toEqual([
      'setuid-data other unknown #0',
      'usr/lib/addon.node elf unknown #0',
      'usr/lib/libx.so.1.2 elf unknown #0',
    ]);
  });

  it('belong to the distro package that lists them, also through a directory link (usrmerge)', async () => {
    const inventory = await inventoryOf(
      layered([
        [
          bookworm,
          dpkg('bash=5.2'),
          list('bash', 'bin', 'bin/bash'),
          { path: 'bin', symlink: 'usr/bin' },
          run('usr/bin/bash'),
        ],
      ]),
    );
    expect(shown(inventory)).toEqual(['usr/bin/bash elf owned #0 pkg:deb/debian/bash@5.2']);
    expect(inventory.assessability).toEqual({ score: 1, owned: 1, recognised: 0, unknown: 0 });
  });

  it('belong to the package whose file it is where dpkg diverted another’s', async () => {
    const diversions = '/usr/bin/tool\n/usr/bin/tool.distrib\nabove\n/sbin/initctl\n/sbin/initctl.distrib\n:\n';
    const lists = [list('zlib', 'usr/bin/tool', 'sbin/initctl'), list('above', 'usr/bin/tool')];
    const files = ['usr/bin/tool', 'usr/bin/tool.distrib', 'sbin/initctl', 'sbin/initctl.distrib'].map((path) =>
      run(path),
    );
    const diverted = { path: 'var/lib/dpkg/diversions', content: diversions };
    const layer = [bookworm, dpkg('zlib=1 above=2'), ...lists, diverted, ...files];
    expect(shown(await inventoryOf(layered([layer])))).toEqual([
      'sbin/initctl elf unknown #0',
      'sbin/initctl.distrib elf owned #0 pkg:deb/debian/zlib@1',
      'usr/bin/tool elf owned #0 pkg:deb/debian/above@2',
      'usr/bin/tool.distrib elf owned #0 pkg:deb/debian/zlib@1',
    ]);
  });

  it('belong to it as well where a later layer diverted them, which gives them another name', async () => {
    const theirs = Buffer.concat([program, Buffer.from('theirs')]);
    const layers = [
      [bookworm, dpkg('zlib=1'), list('zlib', 'usr/bin/tool'), run('usr/bin/tool', theirs)],
      [
        dpkg('zlib=1 above=2'),
        list('above', 'usr/bin/tool'),
        { path: 'var/lib/dpkg/diversions', content: '/usr/bin/tool\n/usr/bin/tool.distrib\nabove\n' },
        run('usr/bin/tool'),
        run('usr/bin/tool.distrib', theirs),
      ],
    ];
    expect(shown(await inventoryOf(layered(layers)))).toEqual([
      'usr/bin/tool elf owned #1 pkg:deb/debian/above@2',
      'usr/bin/tool.distrib elf owned #1 pkg:deb/debian/zlib@1',
    ]);
  });

  it('belong to the package whose maintainer scripts they are', async () => {
    const script = run('var/lib/dpkg/info/bash.postinst', '#!/bin/sh\n');
    const inventory = await inventoryOf(layered([[bookworm, dpkg('bash=5.2'), list('bash', 'usr/bin/bash'), script]]));
    expect(shown(inventory)).toEqual(['var/lib/dpkg/info/bash.postinst script owned #0 pkg:deb/debian/bash@5.2']);
  });

  it('belong to nobody once a later layer put something else in their place', async () => {
    const inventory = await inventoryOf(
      layered([
        [bookworm, dpkg('bash=5.2'), list('bash', 'usr/bin/bash'), run('usr/bin/bash')],
        [run('usr/bin/bash', '#!/evil\n')],
      ]),
    );
    expect(shown(inventory)).toEqual(['usr/bin/bash script unknown #1']);
    expect(inventory.assessability).toEqual({ score: 0, owned: 0, recognised: 0, unknown: 1 });
  });

  it('stay the package’s when a later layer only gave the same bytes another mode', async () => {
    const inventory = await inventoryOf(
      layered([
        [bookworm, dpkg('bash=5.2'), list('bash', 'usr/bin/bash'), run('usr/bin/bash')],
        [run('usr/bin/bash', program, 0o4755)],
      ]),
    );
    expect(shown(inventory)).toEqual(['usr/bin/bash elf owned #1 pkg:deb/debian/bash@5.2']);
  });

  it('belong to the language package in whose directory they lie', async () => {
    const inventory = await inventoryOf(
      layered([
        [
          npmPackage('app/node_modules/tool'),
          run('app/node_modules/tool/bin/cli', '#!/usr/bin/node\n'),
          run('app/run', '#!/bin/sh\n'),
        ],
      ]),
    );
    expect(shown(inventory)).toEqual([
      'app/node_modules/tool/bin/cli script owned #0 pkg:npm/tool@1.0.0',
      'app/run script unknown #0',
    ]);
    expect(inventory.assessability).toEqual({ score: 0.5, owned: 1, recognised: 0, unknown: 1 });
  });

  it('are gone with a whiteout, an opaque directory, or a file in the place of their directory', async () => {
    const base = [run('a/x'), run('b/x'), run('c/x'), run('d')];
    const upper: TarItem[] = [
      { path: 'a/.wh.x', content: '' },
      { path: 'b/.wh..wh..opq', content: '' },
      { path: 'c', content: 'now a file' },
      { path: 'd', content: 'now data' },
    ];
    expect(shown(await inventoryOf(layered([base, upper])))).toEqual([]);
  });

  it('are gone where a library became something that no program loads, or a directory', async () => {
    const base = ['a.so', 'b.so', 'c.so', 'd.so', 'e.node', 'f', 'usr/sbin/g'].map((path) => run(path, program, 0o755));
    const upper: TarItem[] = [
      { path: 'a.so', content: '' },
      { path: 'b.so', content: 'INPUT(c.so)' },
      { path: 'c.so', device: 'fifo' },
      { path: 'd.so', directory: true },
      { path: 'e.node', directory: true },
      { path: 'f', directory: true },
      { path: 'f/.wh..wh..opq', content: '' },
      { path: 'usr/sbin/g', directory: true },
    ];
    expect(shown(await inventoryOf(layered([base, upper])))).toEqual([]);
  });

  it('are gone where a script became a file that cannot be run, and back where it can', async () => {
    const names = ['a.py', 'b.js', 'c.mjs', 'd.pl', 'e.rb', 'f.php', 'g.ts', 'h.sh', 'node_modules/i/lib/cli.js'];
    const scripts = (mode: number) => names.map((name) => run(`app/${name}`, '#!/usr/bin/env x\n', mode));
    expect(shown(await inventoryOf(layered([scripts(0o755), scripts(0o644)])))).toEqual([]);
    const again = await inventoryOf(layered([scripts(0o755), scripts(0o644), scripts(0o755)]));
    expect(again.executables.map(({ path, layer }) => `${path} ${layer}`)).toEqual(
      names.map((name) => `app/${name} 2`),
    );
  });

  it('leave the rest of a layer its room, however many files are named as scripts are', async () => {
    const limits = { ...defaultLimits, factsPerLayer: 20 };
    const modules = Array.from({ length: 60 }, (_, at) => run(`lib/${at}.js`, '', 0o644));
    const source = memorySource(buildImage({ layers: [buildLayer([...modules, bookworm, dpkg('bash=1')])] }));
    const [reading] = await readImage(source, { limits });
    expect(reading).toMatchObject({ inventory: { complete: true, packages: [{ name: 'bash' }] } });
  });

  it('belong to the one of two packages of the same name that lists them (Multi-Arch: same)', async () => {
    const status = (...architectures: readonly string[]): TarItem => ({
      path: 'var/lib/dpkg/status',
      content: architectures
        .map((name) => dpkgStatus('libc6=2').replace('Architecture: amd64', `Architecture: ${name}`))
        .join(''),
    });
    const { executables } = await inventoryOf(
      layered([
        [bookworm, status('amd64'), list('libc6:amd64', 'lib/amd64/libc.so'), run('lib/amd64/libc.so')],
        [status('amd64', 'i386'), list('libc6:i386', 'lib/i386/libc.so'), run('lib/i386/libc.so')],
      ]),
    );
    expect(executables.map(({ path, ownedBy }) => [path, ownedBy])).toEqual([
      ['lib/amd64/libc.so', 'pkg:deb/debian/libc6@2?arch=amd64&distro=debian-12'],
      ['lib/i386/libc.so', 'pkg:deb/debian/libc6@2?arch=i386&distro=debian-12'],
    ]);
  });

  it('stay the package’s when a layer hides their directory and has the same bytes anew', async () => {
    const inventory = await inventoryOf(
      layered([
        [bookworm, dpkg('bash=5.2'), list('bash', 'usr/bin/bash'), run('usr/bin/bash')],
        [{ path: 'usr/bin', directory: true }, { path: 'usr/bin/.wh..wh..opq', content: '' }, run('usr/bin/bash')],
      ]),
    );
    expect(shown(inventory)).toEqual(['usr/bin/bash elf owned #1 pkg:deb/debian/bash@5.2']);
  });

  it.each([
    ['with a whiteout', { path: '.wh.bin', content: '' }],
    ['without one', { path: 'etc', directory: true }],
  ] as const)(
    'stay the package’s when a layer moves their directory into another, %s, and leaves a link',
    async (_how, gone) => {
      const owned = [bookworm, dpkg('coreutils=9.1'), list('coreutils', 'bin/ls'), run('bin/ls'), run('bin/own')];
      const moved = [gone, { path: 'bin', symlink: 'usr/bin' }, run('usr/bin/ls'), run('usr/bin/own')];
      expect(shown(await inventoryOf(layered([owned, moved])))).toEqual([
        'usr/bin/ls elf owned #1 pkg:deb/debian/coreutils@9.1',
        'usr/bin/own elf unknown #1',
      ]);
    },
  );

  it('stay the package’s wherever a layer moves them behind a link', async () => {
    const owned = [bookworm, dpkg('app=1'), list('app', 'opt/app/lib/x.so', 'opt/app/run'), run('opt/app/run')];
    const layers = [
      [...owned, run('opt/app/lib/x.so')],
      [{ path: 'opt/app', symlink: '../srv/app' }, run('srv/app/run', '#!/bin/sh\n'), run('srv/app/lib/x.so')],
    ];
    expect(shown(await inventoryOf(layered(layers)))).toEqual([
      'srv/app/lib/x.so elf owned #1 pkg:deb/debian/app@1',
      'srv/app/run script unknown #1',
    ]);
  });

  it('are somebody else’s when they come back in a layer above the one that took them away', async () => {
    const inventory = await inventoryOf(
      layered([
        [bookworm, dpkg('bash=5.2'), list('bash', 'usr/bin/bash'), run('usr/bin/bash')],
        [{ path: 'usr/bin/.wh.bash', content: '' }],
        [run('usr/bin/bash')],
      ]),
    );
    expect(shown(inventory)).toEqual(['usr/bin/bash elf unknown #2']);
  });

  it('have as many names as there are hard links, in the same layer and across layers', async () => {
    const link = (path: string, target: string): TarItem => ({ path, hardlink: target, mode: 0o755 });
    const inventory = await inventoryOf(
      layered([[run('bin/busybox'), link('bin/ls', 'bin/busybox')], [link('bin/cat', 'bin/ls')]]),
    );
    expect(shown(inventory)).toEqual(['bin/busybox elf unknown #0', 'bin/cat elf unknown #1', 'bin/ls elf unknown #0']);
    expect(inventory.problems).toEqual([]);
  });

  it('may be larger than memory allows for: they are hashed all the same', async () => {
    const large = Buffer.concat([program, Buffer.alloc(3_000_000, 0x41)]);
    const image = buildImage({ layers: [buildLayer([run('large', large)])] });
    const [reading] = await readImage(memorySource(image), { limits: { ...defaultLimits, memoryFileBytes: 1000 } });
    expect(reading).toMatchObject({
      inventory: { executables: [{ sha256: createHash('sha256').update(large).digest('hex') }], problems: [] },
    });
  });

  it('that are applications in one zip say what is in them, whatever their name', async () => {
    const zip = (version: string): Buffer =>
      zipBytes([
        { name: '__main__.py', text: '' },
        { name: `a-${version}.dist-info/METADATA`, text: `Name: a\nVersion: ${version}\n` },
      ]);
    const behind = (start: string, version: string): Buffer => Buffer.concat([Buffer.from(start), zip(version)]);
    const inventory = await inventoryOf(
      layered([
        [
          run('bin/line', behind('#!/usr/bin/python3\n', '1')),
          run('bin/script', behind(`#!/bin/sh\n${'# preamble\n'.repeat(2000)}`, '2')),
          run('bin/alone', zip('3')),
          run('bin/by-name.pyz', behind('#!/usr/bin/python3\n', '4')),
          run('bin/no-bit', zip('5'), 0o644),
          run('bin/other.zip', zip('6')),
          run('bin/plain', '#!/bin/sh\n'),
        ],
      ]),
    );
    expect(inventory.packages.map((pkg) => `${pkg.version} ${pkg.locations.join(' ')}`)).toEqual([
      '1 bin/line!/a-1.dist-info/METADATA',
      '2 bin/script!/a-2.dist-info/METADATA',
      '3 bin/alone!/a-3.dist-info/METADATA',
      '4 bin/by-name.pyz!/a-4.dist-info/METADATA',
    ]);
    expect(shown(inventory)).toEqual([
      'bin/by-name.pyz script recognised #0',
      'bin/line script recognised #0',
      'bin/plain script unknown #0',
      'bin/script script recognised #0',
    ]);
  });

  it('that are Java applications behind a script say what is in them', async () => {
    const name = 'META-INF/maven/g/tool/pom.properties';
    const stub = Buffer.from(`#!/bin/sh\nexec java -jar "$0" "$@"\n${'# \n'.repeat(6000)}`);
    const entries = [
      { name: 'META-INF/MANIFEST.MF', text: 'Main-Class: g.Main\n\n' },
      { name, text: 'groupId=g\nartifactId=tool\nversion=1\n' },
    ];
    const inventory = await inventoryOf(layered([[run('bin/tool', zipBytes(entries, { stub })), run('bin/sh', stub)]]));
    expect(inventory.packages.map((pkg) => [pkg.purl, ...pkg.locations])).toEqual([
      ['pkg:maven/g/tool@1', `bin/tool!/${name}`],
    ]);
    expect(shown(inventory)).toEqual(['bin/sh script unknown #0', 'bin/tool script recognised #0']);
  });

  it('are gone where a zip that cannot be run takes their place', async () => {
    const layers = [[run('bin/app')], [run('bin/app', zipBytes([{ name: 'a.txt', text: '' }]))]];
    expect(shown(await inventoryOf(layered(layers)))).toEqual([]);
  });

  it('leave nothing to assess where nothing can run', async () => {
    expect((await inventoryOf(layered([[{ path: 'a', content: 'a' }]]))).assessability).toEqual({
      score: null,
      owned: 0,
      recognised: 0,
      unknown: 0,
    });
  });
});

describe('the configuration of an image', () => {
  it('is told as the image has it, without what it leaves open', async () => {
    const { image } = await inventoryOf(layered([[bookworm]]));
    expect(image.config).toHaveProperty('history');
    expect(image.config).not.toHaveProperty('user');
  });
});
