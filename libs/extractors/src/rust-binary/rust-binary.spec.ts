import { deflateSync } from 'node:zlib';
import { elfBytes, machoBytes, peBytes } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { rustBinary } from './rust-binary';

const audit = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', dependencies: [1, 2], root: true },
    { name: 'serde', version: '1.0.200', source: 'crates.io', kind: 'runtime' },
    { name: 'cc', version: '1.0.90', source: 'crates.io', kind: 'build' },
    { name: 'serde', version: '1.0.200', source: 'registry' },
  ],
};

async function read(program: Buffer): Promise<string[]> {
  const { packages, problems } = await extracted(rustBinary, 'usr/bin/app', program);
  return [...packages.map(({ name, version }) => `${name}@${version}`), ...problems.map(({ code }) => code)];
}

function section(content: Buffer): { name: string; content: Buffer } {
  return { name: '.dep-v0', content };
}

describe('rust-binary', () => {
  const good = section(deflateSync(JSON.stringify(audit)));

  it.each([
    ['ELF', elfBytes({ sections: [good] })],
    ['ELF, big-endian', elfBytes({ sections: [good], isLittleEndian: false })],
    ['PE', peBytes([good])],
    ['Mach-O', machoBytes([good])],
  ])('lists what was linked in, the program itself included: %s', async (_format, program) => {
    expect(await read(program)).toEqual(['app@0.1.0', 'serde@1.0.200']);
  });

  it('says nothing of a program that states nothing', async () => {
    expect(await read(elfBytes({ sections: [] }))).toEqual([]);
  });

  it.each([
    ['cut', good.content.subarray(0, -10)],
    ['no zlib', Buffer.from(JSON.stringify(audit))],
    ['no JSON', deflateSync('[{')],
    ['of another shape', deflateSync('{"packages":[{"name":"a"}]}')],
    ['without a version', deflateSync('{"packages":[{"name":"a","version":""}]}')],
    ['empty', Buffer.alloc(0)],
    ['a bomb', deflateSync(Buffer.alloc(9 * 1024 * 1024))],
  ])('has a problem with a list that is %s', async (_what, content) => {
    expect(await read(elfBytes({ sections: [section(content)] }))).toEqual(['rust-dependencies-damaged']);
  });
});
