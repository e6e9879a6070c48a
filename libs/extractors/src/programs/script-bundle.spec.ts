import { elfBytes, machoBytes, noteBytes, peBytes, type SectionPlan } from '@tidewaiter/formats';
import { frozenElf } from '../pyinstaller/spec-frozen';
import { namesIn } from '../spec-extraction';
import { programs } from './programs';

const texts = (text: string): SectionPlan => ({
  name: '.rodata',
  content: Buffer.from(`\0${text}\0`),
});
const node = texts('node.js/v24.21.0');
const bun = texts('Bun/1.4.5');
const deno = texts('deno_core\0Deno/2.9.6');
const read = (bytes: Buffer): Promise<readonly string[]> => namesIn(programs, 'opt/app', bytes);
const note = (owner: string, type: number, sizeBytes = 100): SectionPlan => ({
  name: '.note',
  type: 7,
  content: Buffer.concat([
    noteBytes('GNU', 3, Buffer.alloc(20, 1)),
    noteBytes(owner, type, Buffer.alloc(sizeBytes, 0x61)),
  ]),
});

/** A number of bytes, the application and its end, as `bun build --compile` writes them; nought where there is none. */
function bunSection(application: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32LE(application.length);
  return Buffer.concat([length, Buffer.from(application)]);
}

const application = '// @bun\nvar a\n---- Bun! ----\n';

describe('a JavaScript program in one file', () => {
  it.each([
    ['Node.js', elfBytes({ sections: [node, note('NODE_SEA_BLOB', 0)] }), 'node@24.21.0'],
    ['Node.js, of some size', elfBytes({ sections: [node, note('NODE_SEA_BLOB', 0, 3_000_000)] }), 'node@24.21.0'],
    ['Bun', elfBytes({ sections: [bun, { name: '.bun', content: bunSection(application) }] }), 'bun@1.4.5'],
    ['Bun for Windows', peBytes([bun, { name: '.bun', content: bunSection(application) }]), 'bun@1.4.5'],
    ['Bun for macOS', machoBytes([bun, { name: '__bun', content: bunSection(application) }]), 'bun@1.4.5'],
    [
      'Bun 1.1',
      Buffer.concat([elfBytes({ sections: [bun] }), Buffer.from(application), Buffer.alloc(8, 1)]),
      'bun@1.4.5',
    ],
    ['Deno', elfBytes({ sections: [deno, note('SUI', 0x53554901)] }), 'deno@2.9.6'],
    [
      'Deno 2.1',
      Buffer.concat([elfBytes({ sections: [deno] }), Buffer.from('d3n0l4nd\x1e\x50\0\0aaaabbbb', 'latin1')]),
      'deno@2.9.6',
    ],
  ])('has its runtime, and what is bundled into it is not assessed: %s', async (_, bytes, runtime) => {
    expect(await read(bytes)).toEqual([runtime, 'program-bundle-unread']);
  });

  it('is not assessed where its runtime does not say a version', async () => {
    expect(await read(elfBytes({ sections: [note('NODE_SEA_BLOB', 0)] }))).toEqual(['program-bundle-unread']);
  });

  it.each([
    ['Node.js alone', elfBytes({ sections: [node, note('Go', 4)] })],
    ['Bun alone', elfBytes({ sections: [bun, { name: '.bun', content: Buffer.alloc(8) }] })],
    ['Bun alone, with room', peBytes([bun, { name: '.bun', content: Buffer.alloc(512) }])],
  ])('is not %s', async (_, bytes) => {
    expect(await read(bytes)).toEqual([]);
  });
});

describe('libraries in a Python program in one file', () => {
  const crypto = elfBytes({ sections: [texts('OpenSSL 3.0.19 27 Jan 2026')] });

  it('are recognised by their own names', async () => {
    const files = [
      { name: 'libcrypto.so.3', content: crypto, kind: 'b' },
      { name: 'app.libs/libcrypto-64b40125.so.1.1.1k', content: crypto, kind: 'b' },
      { name: 'data/other', content: crypto },
    ];
    expect(await read(frozenElf(files))).toEqual(['openssl@3.0.19', 'openssl@3.0.19']);
  });

  it('that cannot be unpacked are a problem', async () => {
    const bytes = frozenElf([{ name: 'libcrypto.so.3', content: crypto, kind: 'b', isStored: true }]);
    bytes[bytes.indexOf('blibcrypto') - 1] = 1;
    expect(await read(bytes)).toEqual(['frozen-program-unreadable']);
  });
});
