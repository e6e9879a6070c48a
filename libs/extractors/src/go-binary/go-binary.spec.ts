import { elfBytes, fatMachoBytes, noteBytes } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { goBinary } from './go-binary';
import { linkerVariables } from './main-version';
import { goElf, goMacho, goPe, inlineBuildInfo, pointerBuildInfo } from './spec-go-program';
import { goRelease } from './toolchain';

const lines = (...rows: string[]): string => rows.map((row) => `${row.replaceAll(' ', '\t')}\n`).join('');
const modules = lines(
  'path example.org/app/cmd/app',
  'mod example.org/app v1.2.3 h1:abc=',
  'dep github.com/pkg/errors v0.9.1 h1:def=',
);
const expected = ['stdlib@1.22.3', 'example.org/app@v1.2.3', 'github.com/pkg/errors@v0.9.1'];

async function read(program: Buffer): Promise<string[]> {
  const { packages, problems } = await extracted(goBinary, 'usr/bin/app', program);
  return [...packages.map(({ name, version }) => `${name}@${version}`), ...problems.map(({ code }) => code)];
}

function readModules(text: string, goVersion = 'go1.22.3'): Promise<string[]> {
  return read(goElf(inlineBuildInfo(goVersion, text)));
}

describe('Go build information', () => {
  const inline = inlineBuildInfo('go1.22.3', modules);
  const pointer = pointerBuildInfo('go1.22.3', modules);

  it.each([
    ['ELF', goElf(inline)],
    ['ELF, big-endian', goElf(inline, { isLittleEndian: false })],
    ['ELF, 32 bits', goElf(inline, { is64Bit: false })],
    ['ELF with the data somewhere in another section', goElf(inline, { name: '.data' })],
    ['ELF without a section table (sstrip)', goElf(inline, { isStripped: true })],
    [
      'ELF with megabytes of data before it',
      goElf(Buffer.concat([Buffer.alloc(3_000_000), inline]), { isStripped: true }),
    ],
    ['ELF, pointers', goElf(pointer)],
    [
      'ELF, pointers, big-endian',
      goElf(pointerBuildInfo('go1.22.3', modules, { isLittleEndian: false }), { isLittleEndian: false }),
    ],
    ['ELF, pointers of 32 bits', goElf(pointerBuildInfo('go1.22.3', modules, { pointerBytes: 4 }), { is64Bit: false })],
    ['ELF, pointers, without a section table', goElf(pointer, { isStripped: true })],
    ['PE', goPe(inline)],
    ['PE, pointers', goPe(pointer)],
    ['Mach-O', goMacho(inline)],
    ['Mach-O, pointers', goMacho(pointer)],
    ['Mach-O of several architectures', fatMachoBytes([goMacho(inline), goMacho(inline)])],
  ])('is found in %s', async (_what, program) => {
    expect(await read(program)).toEqual(expected);
  });

  it('counts only at an address that is a multiple of 16: elsewhere it is somebody’s data', async () => {
    expect(await read(goElf(Buffer.concat([Buffer.alloc(8), inline])))).toEqual([]);
  });

  it.each([
    ['after its beginning', inline.subarray(0, 80)],
    ['in its header', inline.subarray(0, 100)],
    ['in the middle of the modules', inline.subarray(0, inline.length - 40)],
    ['with pointers that lead nowhere', pointer.subarray(0, 40)],
  ])('that breaks off %s is a problem', async (_where, cut) => {
    expect(await read(goElf(cut))).toEqual(['go-build-info-damaged']);
  });

  it('that claims to be gigantic is a problem', async () => {
    const giant = Buffer.from(inline);
    giant.fill(0xff, 96, 101);
    expect(await read(goElf(giant))).toEqual(['go-build-info-damaged']);
  });

  it('that is missing where Go left its note is a problem: the file is cut, or very old', async () => {
    const note = { name: '.note.go.buildid', type: 7, content: noteBytes('Go', 4, Buffer.from('a/b/c/d')) };
    expect(await read(elfBytes({ sections: [note], isStripped: true }))).toEqual(['go-build-info-missing']);
  });

  it('that was taken out, with the note, is a problem: the runtime’s table is there', async () => {
    // The sections of esbuild 0.28.
    const names = ['.text', '.rodata', '.gopclntab', '.typelink', '.itablink', '.go.module', '.noptrdata', '.data'];
    const sections = names.map((name) => ({ name, content: Buffer.from('go1.26.5') }));
    expect(await read(elfBytes({ sections }))).toEqual(['go-build-info-missing']);
    expect(await read(elfBytes({ sections: sections.filter(({ name }) => name !== '.gopclntab') }))).toEqual([]);
  });

  it('is not looked for in what is no program', async () => {
    expect(await read(Buffer.concat([Buffer.alloc(64), inline]))).toEqual([]);
  });
});

describe('modules of a Go program', () => {
  it('are read in place of what they replace; a directory has no version, and is still what it stands for', async () => {
    const text = lines(
      'path example.org/app',
      'mod example.org/app v1.0.0',
      'dep k8s.io/api v0.0.0',
      '=> ./staging/api (devel)',
      'dep example.org/old v1.0.0',
      '=> ../old ',
      'dep golang.org/x/net v0.1.0',
      '=> golang.org/x/net v0.17.0 h1:x=',
      'dep example.org/local (devel)',
      'dep  v1.0.0',
      'dep example.org/twice v1.0.0',
      'dep example.org/twice v1.0.0',
    );
    expect(await readModules(text)).toEqual([
      'stdlib@1.22.3',
      'example.org/app@v1.0.0',
      'k8s.io/api@(devel)',
      'example.org/old@(devel)',
      'golang.org/x/net@v0.17.0',
      'example.org/local@(devel)',
      'example.org/twice@v1.0.0',
    ]);
  });

  it.each([
    ['path cmd/go', ['stdlib@1.22.3', 'toolchain@1.22.3']],
    ['path command-line-arguments', ['stdlib@1.22.3']],
    ['path github.com/built/by-gopath', ['stdlib@1.22.3', 'go-modules-unknown']],
  ])('"%s" without a module', async (line, packages) => {
    expect(await readModules(lines(line))).toEqual(packages);
  });

  it('are unknown where there is a Go version and nothing else', async () => {
    expect(await readModules('')).toEqual(['stdlib@1.22.3', 'go-modules-unknown']);
  });
});

describe('the version of a Go program itself', () => {
  const program = (version: string, ...settings: string[]): string =>
    lines('path github.com/a/b/cmd/x', `mod github.com/a/b ${version}`) +
    settings.map((each) => `build\t${each}\n`).join('');

  it.each([
    ['a tag', program('v1.2.3'), 'v1.2.3'],
    ['a tag and uncommitted changes', program('v1.2.3+dirty'), 'v1.2.3+dirty'],
    [
      'a pseudo-version after a tag',
      program('v1.2.4-0.20240102030405-0123456789ab'),
      'v1.2.4-0.20240102030405-0123456789ab',
    ],
    [
      'a pseudo-version of a module that a proxy knows',
      program('v0.0.0-20240102030405-0123456789ab h1:x='),
      'v0.0.0-20240102030405-0123456789ab',
    ],
    ['no tag, a shallow clone (trap 16)', program('v0.0.0-20240102030405-0123456789ab+dirty'), '(devel)'],
    ['(devel) (trap 16)', program('(devel)'), '(devel)'],
    ['nothing', program(''), '(devel)'],
    [
      'linker flags where the module says (devel) (trap 17)',
      program('(devel)', '-ldflags="-s -w -X main.version=1.2.3"'),
      'v1.2.3',
    ],
    [
      'linker flags before a pseudo-version',
      program('v0.0.0-20240102030405-0123456789ab', '-ldflags="-X=main.version=v1.2.3"'),
      'v1.2.3',
    ],
    [
      'the nearest variable',
      program('(devel)', '-ldflags="-X github.com/x/y.Version=v9.9.9 -X github.com/a/b/version.Version=v1.2.3"'),
      'v1.2.3',
    ],
    [
      'a variable of the command before all others',
      program('(devel)', '-ldflags="-X main.version=v9.9.9 -X github.com/a/b/cmd/x.Ver=v1.2.3"'),
      'v1.2.3',
    ],
    [
      'two answers',
      program('(devel)', '-ldflags="-X main.version=v1.2.3 -X github.com/a/b/version.Version=v1.2.4"'),
      '(devel)',
    ],
    [
      'one answer given twice',
      program('(devel)', '-ldflags="-X main.version=v1.2.3 -X github.com/a/b/version.Version=1.2.3"'),
      'v1.2.3',
    ],
    [
      'a variable with another name',
      program('(devel)', '-ldflags="-X main.goversion=v1.2.3 -X main.commit=v1.2.3"'),
      '(devel)',
    ],
    ['a value that is no version', program('(devel)', '-ldflags="-X main.version=main-abcdef"'), '(devel)'],
  ])('is that of %s', async (_what, text, version) => {
    expect(await readModules(text)).toEqual(['stdlib@1.22.3', `github.com/a/b@${version}`]);
  });

  it.each([
    ['', '(devel)'],
    ['main.version.str', 'v1.2.3'],
    ['main.other.str', '(devel)'],
  ])('is what the symbol "%s" stands for, where -trimpath hides the flags', async (symbol, version) => {
    const value = Buffer.from('v1.2.3\0');
    const row = Buffer.alloc(24);
    row.writeUInt32LE(1, 0);
    row.writeBigUInt64LE(0x600000n, 8);
    row.writeBigUInt64LE(BigInt(value.length), 16);
    const bytes = goElf(inlineBuildInfo('go1.22.3', program('(devel)')), {
      more: [
        { name: '.rodata', content: Buffer.concat([value, Buffer.from('and more')]), address: 0x600000 },
        { name: '.symtab', type: 2, content: Buffer.concat([Buffer.alloc(24), row]), link: 4 },
        { name: '.strtab', type: 3, content: Buffer.from(`\0${symbol}\0`) },
      ],
    });
    expect(await read(bytes)).toEqual(['stdlib@1.22.3', `github.com/a/b@${version}`]);
  });

  it.each([
    [
      `-X main.a=1 -X 'main.b=2 3' -X "main.c=4" -X=main.d=5 --X main.e=6`,
      ['main.a=1', 'main.b=2 3', 'main.c=4', 'main.d=5', 'main.e=6'],
    ],
    ['-s -w -extldflags "-static -X no" -X', []],
    [`-X main.a='unfinished`, ['main.a=unfinished']],
  ])('finds the variables of %s', (flags, variables) => {
    expect(linkerVariables(flags).map(({ name, value }) => `${name}=${value}`)).toEqual(variables);
  });

  it('reads linker flags of any shape in time', () => {
    const start = performance.now();
    for (const part of [`'`, `"`, `-X `, `'"`, `-X '`, ' ']) linkerVariables(part.repeat(200_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('goRelease', () => {
  it.each([
    ['go1.22.3', '1.22.3'],
    ['go1.20', '1.20.0'],
    ['go1.23rc1', '1.23.0-rc.1'],
    ['go1.26.5 (Red Hat 1.26.5-1.el10)', '1.26.5'],
    ['go1.22.3 X:boringcrypto', '1.22.3'],
    ['go1.26.1-X:nodwarf5', '1.26.1'],
    ['go1.22-20231128-RC02 cl/586117301 +6111acc8e6 X:fieldtrack,boringcrypto', undefined],
    ['devel go1.27-2b35cb Tue Jan 6 2026', undefined],
    ['devel +abcdef', undefined],
    ['', undefined],
    ['go1.22.3abc', undefined],
  ])('of "%s" is %s', (stated, release) => {
    expect(goRelease(stated)).toBe(release);
  });

  it('that is unknown is a problem, and no invented standard library', async () => {
    expect(await readModules(modules, 'devel go1.27-2b35cb')).toEqual([
      'example.org/app@v1.2.3',
      'github.com/pkg/errors@v0.9.1',
      'go-toolchain-unknown',
    ]);
  });
});
