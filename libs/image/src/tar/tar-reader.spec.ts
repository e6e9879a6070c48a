import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  buildTar,
  describeWithTool,
  padded,
  paxRecord,
  tarHeader,
  withChecksum,
  type TarItem,
} from '@tidewaiter/testing';
import { wholeContent } from '../content-sink';
import { TarFault } from './tar-header';
import { TarReader, type TarEntry } from './tar-reader';

const long = `${'directory-with-a-long-name/'.repeat(6)}file-with-a-long-name.txt`;
const longest = `${'d'.repeat(120)}/${'f'.repeat(180)}`;

interface Seen {
  readonly entry: TarEntry;
  readonly content?: string;
}

function read(tar: Uint8Array, chunkBytes = 65536, bounds = { entriesPerLayer: 1000, pathBytes: 4096 }): Seen[] {
  const seen: { entry: TarEntry; content?: string }[] = [];
  const reader = new TarReader(
    {
      entry: (entry) => {
        const last: { entry: TarEntry; content?: string } = { entry };
        seen.push(last);
        return wholeContent(entry.realBytes ?? entry.sizeBytes, (bytes) => (last.content = bytes.toString('utf8')));
      },
    },
    bounds,
  );
  for (let at = 0; at < tar.length; at += chunkBytes) reader.write(Buffer.from(tar.subarray(at, at + chunkBytes)));
  reader.end();
  return seen;
}

function summary(seen: readonly Seen[]): readonly (readonly [string, string, string])[] {
  return seen.map(({ entry, content }) => [entry.kind, entry.name, content ?? entry.linkName]);
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TarFault) return error.code;
    throw error;
  }
  return 'none';
}

describe('TarReader', () => {
  it.each([1, 7, 511, 512, 513, 1 << 20])('reads the same from chunks of %i bytes', (chunkBytes) => {
    const items: TarItem[] = [
      { path: 'etc', directory: true },
      { path: 'etc/hostname', content: 'box\n' },
      { path: long, content: 'x'.repeat(1500), format: 'gnu' },
      { path: long, content: 'y', format: 'ustar' },
      { path: longest, content: 'z', format: 'pax' },
      { path: 'empty', content: '' },
      { path: 'link', symlink: 'etc/hostname' },
      { path: 'hard', hardlink: 'etc/hostname' },
      { path: 'null', device: 'character' },
      { path: 'pipe', device: 'fifo' },
    ];
    expect(summary(read(buildTar(items), chunkBytes))).toEqual([
      ['directory', 'etc/', ''],
      ['file', 'etc/hostname', 'box\n'],
      ['file', long, 'x'.repeat(1500)],
      ['file', long, 'y'],
      ['file', longest, 'z'],
      ['file', 'empty', ''],
      ['symlink', 'link', 'etc/hostname'],
      ['hardlink', 'hard', 'etc/hostname'],
      ['character-device', 'null', ''],
      ['other', 'pipe', ''],
    ]);
  });

  it('reads an entry of an unknown type as a file, as tar does, and says which type; records of GNU are none', () => {
    const entry = (typeFlag: string, name: string): Buffer =>
      Buffer.concat([tarHeader({ name, typeFlag, sizeBytes: 3 }), padded(Buffer.from('abc'))]);
    const raw = Buffer.concat([
      entry('Q', 'a'),
      entry('7', 'b'),
      entry('8', 'c'),
      entry('V', 'label'),
      entry('Z', 'd/'),
    ]);
    const seen = read(buildTar([{ raw }, { path: 'pipe', device: 'fifo' }]));
    expect(seen.map(({ entry, content }) => [entry.kind, entry.name, content, entry.unknownType])).toEqual([
      ['file', 'a', 'abc', 'Q'],
      ['file', 'b', 'abc', undefined],
      ['file', 'c', 'abc', '8'],
      ['other', 'label', undefined, 'V'],
      ['directory', 'd/', undefined, 'Z'],
      ['other', 'pipe', undefined, undefined],
    ]);
  });

  it('keeps names apart that are no UTF-8, in a header, a GNU record and a pax record', () => {
    const named = (byte: number): Buffer => {
      const header = tarHeader({ name: 'x', typeFlag: '0', sizeBytes: 0 });
      header.writeUInt8(byte, 0);
      return withChecksum(header);
    };
    const record = (typeFlag: string, body: Buffer): Buffer =>
      Buffer.concat([tarHeader({ name: 'r', typeFlag, sizeBytes: body.length }), padded(body), named(0x61)]);
    const raw = Buffer.concat([
      ...[0xfe, 0xff].map(named),
      ...[0xfe, 0xff].map((byte) => record('L', Buffer.from([byte, 0x6c, 0]))),
      ...[0xfe, 0xff].map((byte) => record('x', Buffer.concat([Buffer.from('9 path='), Buffer.from([byte, 0x0a])]))),
    ]);
    const names = read(buildTar([{ raw }, { path: 'ü\ufffd', content: '' }])).map(({ entry }) => entry.name);
    expect(names).toEqual(['þ', 'ÿ', 'þl', 'ÿl', 'þ', 'ÿ', 'ü\ufffd']);
  });

  it('reads long link targets of GNU and pax', () => {
    const items: TarItem[] = [
      { path: 'a', symlink: longest, format: 'gnu' },
      { path: 'b', symlink: longest, format: 'pax' },
    ];
    expect(summary(read(buildTar(items)))).toEqual([
      ['symlink', 'a', longest],
      ['symlink', 'b', longest],
    ]);
  });

  it('takes a name that ends in a slash for a directory, as tar before POSIX wrote it', () => {
    const raw = tarHeader({ name: 'old/', typeFlag: '\0', sizeBytes: 0, format: 'old' });
    expect(read(buildTar([{ raw }]))[0]?.entry.kind).toBe('directory');
  });

  it('reads a size in base 256', () => {
    const sizeField = Buffer.alloc(12);
    sizeField[0] = 0x80;
    sizeField[11] = 5;
    const raw = Buffer.concat([
      tarHeader({ name: 'big', typeFlag: '0', sizeBytes: 5, sizeField }),
      padded(Buffer.from('hello')),
    ]);
    expect(summary(read(buildTar([{ raw }, { path: 'next', content: 'n' }])))).toEqual([
      ['file', 'big', 'hello'],
      ['file', 'next', 'n'],
    ]);
  });

  it('lets a pax size override the header', () => {
    const records = paxRecord('size', '5');
    const raw = Buffer.concat([
      tarHeader({ name: 'PaxHeader', typeFlag: 'x', sizeBytes: records.length }),
      padded(records),
      tarHeader({ name: 'f', typeFlag: '0', sizeBytes: 0 }),
      padded(Buffer.from('hello')),
    ]);
    expect(summary(read(buildTar([{ raw }, { path: 'next', content: 'n' }])))[0]).toEqual(['file', 'f', 'hello']);
  });

  it('does not apply a global pax header, as runtimes do not', () => {
    const records = paxRecord('path', 'renamed');
    const raw = Buffer.concat([tarHeader({ name: 'g', typeFlag: 'g', sizeBytes: records.length }), padded(records)]);
    expect(summary(read(buildTar([{ raw }, { path: 'kept', content: 'k' }])))).toEqual([['file', 'kept', 'k']]);
  });

  it('applies an extended header to one entry only', () => {
    const items: TarItem[] = [
      { path: 'first', content: '1', format: 'pax' },
      { path: 'second', content: '2' },
    ];
    expect(summary(read(buildTar(items))).map(([, name]) => name)).toEqual(['first', 'second']);
  });

  it('skips no content after a link whose size field is filled in', () => {
    const raw = tarHeader({ name: 'link', typeFlag: '2', sizeBytes: 4096, linkName: 'x' });
    expect(summary(read(buildTar([{ raw }, { path: 'next', content: 'n' }]))).map(([, name]) => name)).toEqual([
      'link',
      'next',
    ]);
  });

  it('stops at the end marker, as runtimes do', () => {
    const tar = Buffer.concat([buildTar([{ path: 'a', content: 'a' }]), buildTar([{ path: 'hidden', content: 'h' }])]);
    expect(summary(read(tar)).map(([, name]) => name)).toEqual(['a']);
  });

  it('tolerates a missing end marker and an empty stream', () => {
    expect(read(buildTar([{ path: 'a', content: 'a' }], { endMarker: false }))).toHaveLength(1);
    expect(read(Buffer.alloc(0))).toEqual([]);
  });

  it('tolerates missing padding after the last content, which umoci leaves out', () => {
    const tar = buildTar([{ path: 'a', content: 'content' }], { endMarker: false });
    expect(summary(read(tar.subarray(0, 512 + 7)))).toEqual([['file', 'a', 'content']]);
  });

  it.each([100, 512, 600, 1023])('names a stream cut at byte %i truncated', (bytes) => {
    const tar = buildTar([{ path: 'a', content: 'x'.repeat(1000) }]);
    expect(codeOf(() => read(tar.subarray(0, bytes)))).toBe('tar-truncated');
  });

  it('refuses a wrong checksum, a size that is no number and a negative size', () => {
    const wrong = tarHeader({ name: 'a', typeFlag: '0', sizeBytes: 0 });
    wrong[0] = 0x62;
    const text = withChecksum(
      tarHeader({ name: 'a', typeFlag: '0', sizeBytes: 0, sizeField: Buffer.from('elephant    ') }),
    );
    const negative = tarHeader({ name: 'a', typeFlag: '0', sizeBytes: 0, sizeField: Buffer.alloc(12, 0xff) });
    for (const raw of [wrong, text, negative])
      expect(codeOf(() => read(buildTar([{ raw }])))).toBe('tar-header-invalid');
  });

  it('accepts a checksum over signed bytes, as some old writers made it', () => {
    const header = tarHeader({ name: 'caf\u00e9', typeFlag: '0', sizeBytes: 0 });
    const sum = Number.parseInt(header.toString('latin1', 148, 154), 8);
    header.write(`${(sum - 2 * 256).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(read(buildTar([{ raw: header }]))[0]?.entry.name).toBe('caf\u00e9');
  });

  it.each(['0', '99 path=x\n', '8 path=x\n', 'x path=y\n', '12 path\n     \n'])(
    'refuses the pax record %j',
    (record) => {
      const body = Buffer.from(record);
      const raw = Buffer.concat([tarHeader({ name: 'x', typeFlag: 'x', sizeBytes: body.length }), padded(body)]);
      expect(codeOf(() => read(buildTar([{ raw }, { path: 'a', content: '' }])))).toBe('tar-header-invalid');
    },
  );

  it('refuses more entries and longer paths than allowed', () => {
    const tar = buildTar([
      { path: 'a', content: '' },
      { path: longest, content: '' },
    ]);
    expect(codeOf(() => read(tar, 512, { entriesPerLayer: 1, pathBytes: 4096 }))).toBe('layer-too-many-entries');
    expect(codeOf(() => read(tar, 512, { entriesPerLayer: 9, pathBytes: 200 }))).toBe('tar-path-too-long');
  });

  it('refuses a name record as large as an archive', () => {
    const raw = tarHeader({ name: 'L', typeFlag: 'L', sizeBytes: 1 << 30 });
    expect(codeOf(() => read(buildTar([{ raw }])))).toBe('tar-header-invalid');
  });

  it('ends in time, by result or by a named fault, whatever the bytes', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff);
    const tar = buildTar([
      { path: long, content: 'x'.repeat(700), format: 'pax' },
      { path: 'b', symlink: 'c' },
    ]);
    for (let round = 0; round < 500; round++) {
      const damaged = Buffer.from(tar);
      for (let hit = 0; hit < 3; hit++) damaged[random() % damaged.length] = random() & 0xff;
      expect(typeof codeOf(() => read(damaged))).toBe('string');
    }
  });
});

describeWithTool('tar', 'TarReader on what GNU tar writes', () => {
  it.each(['v7', 'oldgnu', 'gnu', 'ustar', 'posix'])('reads format %s', (format) => {
    const directory = mkdtempSync(join(tmpdir(), 'tidewaiter-tar-'));
    try {
      const name = format === 'v7' ? 'a/plain.txt' : long;
      mkdirSync(join(directory, dirname(name)), { recursive: true });
      writeFileSync(join(directory, name), 'content');
      symlinkSync('plain.txt', join(directory, 'link'));
      const made = spawnSync('tar', ['--format', format, '-cf', '-', '-C', directory, name, 'link'], {
        maxBuffer: 1 << 24,
      });
      expect(made.status).toBe(0);
      expect(summary(read(made.stdout))).toEqual([
        ['file', name, 'content'],
        ['symlink', 'link', 'plain.txt'],
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
