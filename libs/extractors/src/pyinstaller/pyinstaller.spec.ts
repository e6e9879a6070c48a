import { elfBytes } from '@tidewaiter/formats';
import { extracted, namesIn } from '../spec-extraction';
import { pyinstaller } from './pyinstaller';
import { archiveBytes, frozenElf, frozenPe, type FrozenPlan } from './spec-frozen';

const metadata = (name: string, version: string): Buffer =>
  Buffer.from(`Metadata-Version: 2.4\nName: ${name}\nVersion: ${version}\n\nText\n`);

/** The files of a program with `--copy-metadata requests --copy-metadata urllib3`. */
const files: readonly FrozenPlan[] = [
  { name: 'pyimod01_archive', content: Buffer.from('code'), kind: 'm' },
  { name: 'requests-2.34.2.dist-info/METADATA', content: metadata('requests', '2.34.2') },
  { name: 'requests-2.34.2.dist-info/RECORD', content: Buffer.from('requests/__init__.py,,\n') },
  { name: 'urllib3-2.8.0.dist-info/METADATA', content: metadata('urllib3', '2.8.0'), isStored: true },
  { name: 'PYZ.pyz', content: Buffer.from('PYZ\0'), isStored: true, kind: 'z' },
];
const listed = ['requests@2.34.2', 'urllib3@2.8.0', 'frozen-python-incomplete'];

describe('a Python program in one file', () => {
  it.each([
    ['in a section', frozenElf(files)],
    ['behind the program', frozenPe(files)],
    ['before a signature', frozenPe(files, Buffer.alloc(9000, 0x30))],
    ['behind an ELF file', Buffer.concat([elfBytes({ sections: [] }), archiveBytes(files)])],
  ])(
    'has the packages whose metadata it carries, the archive %s, and what else is in it is not assessed',
    async (_, bytes) => {
      expect(await namesIn(pyinstaller, 'usr/local/bin/app', bytes)).toEqual(listed);
    },
  );

  it('says where in it a package is, and how many there are', async () => {
    const { packages, problems } = await extracted(pyinstaller, 'app', frozenElf(files));
    expect(packages[0]).toEqual({ name: 'requests', version: '2.34.2', inside: 'requests-2.34.2.dist-info/METADATA' });
    expect(problems[0]?.message).toContain(': 2 packages in it carry their metadata');
  });

  it('marks copies that a package brings along', async () => {
    const name = 'setuptools/_vendor/wheel-0.45.1.dist-info/METADATA';
    const { packages } = await extracted(
      pyinstaller,
      'app',
      frozenElf([{ name, content: metadata('wheel', '0.45.1') }]),
    );
    expect(packages).toEqual([{ name: 'wheel', version: '0.45.1', inside: name, isVendored: true }]);
  });

  it('is none without the archive', async () => {
    expect(await namesIn(pyinstaller, 'app', elfBytes({ sections: [] }))).toEqual([]);
    expect(await namesIn(pyinstaller, 'app', archiveBytes(files))).toEqual([]);
  });

  it('with metadata that cannot be inflated, or is none, is damaged', async () => {
    const wrong = [{ name: 'a-1.dist-info/METADATA', content: Buffer.from('nothing') }];
    const problems = ['frozen-python-damaged', 'frozen-python-incomplete'];
    expect(await namesIn(pyinstaller, 'app', frozenElf(wrong))).toEqual(problems);
    const cut = frozenElf([{ name: 'a-1.dist-info/METADATA', content: metadata('a', '1'), isStored: true }]);
    const flag = cut.indexOf('x' + 'a-1.dist-info') - 1;
    cut[flag] = 1;
    expect(await namesIn(pyinstaller, 'app', cut)).toEqual(problems);
  });

  it('cut or changed anywhere in its table never throws, and is never clean', async () => {
    const bytes = archiveBytes(files);
    const head = frozenPe([]).length - 88;
    const program = frozenPe(files);
    for (let at = head; at < head + bytes.length - 88; at++) {
      const changed = Buffer.from(program);
      changed[at] = 0xff;
      expect((await namesIn(pyinstaller, 'app', changed)).at(-1)).toMatch(/^frozen-python-/);
    }
    for (const field of [8, 12, 16]) {
      const changed = Buffer.from(program);
      changed.writeUInt32BE(0xfffffff0, changed.length - 88 + field);
      expect(await namesIn(pyinstaller, 'app', changed)).toEqual(['frozen-python-damaged']);
    }
  });
});
