import { crc32 } from 'node:zlib';
import { zipFileOf, zipBytes, type EntryPlan } from './zip-bytes';
import { defaultZipLimits, readZip, readZipEntries } from './zip';
import type { ZipEntry } from './zip-directory';

const plain: EntryPlan = { name: 'a.json', text: '{"id":"A"}' };

/** Every message continues a sentence that begins with the name of the archive or entry. */
const predicate = /^(?:is|has|holds|ends|does|uses|inflates|cannot) [^.]+$/;

async function read(bytes: Buffer, limits = defaultZipLimits): Promise<string[]> {
  const seen: string[] = [];
  for await (const entry of readZip(zipFileOf(bytes), () => true, limits)) {
    const content = entry.ok ? entry.value.content : entry;
    if (!content.ok) expect(content.error.message).toMatch(predicate);
    if (!entry.ok) seen.push(entry.error.code);
    else if (!entry.value.content.ok) seen.push(`${entry.value.name}: ${entry.value.content.error.code}`);
    else seen.push(`${entry.value.name}: ${Buffer.from(entry.value.content.value).toString('utf8')}`);
  }
  return seen;
}

describe('reading a zip', () => {
  it('gives deflated and stored entries in directory order', async () => {
    const bytes = zipBytes([plain, { name: 'dir/b.json', text: 'stored', stored: true }, { name: 'c', text: '' }]);
    expect(await read(bytes)).toEqual(['a.json: {"id":"A"}', 'dir/b.json: stored', 'c: ']);
  });

  it('gives nothing for an archive without entries', async () => {
    expect(await read(zipBytes([]))).toEqual([]);
  });

  it('reads zip64 sizes and a zip64 end record', async () => {
    expect(await read(zipBytes([{ ...plain, zip64: true }], { zip64End: true }))).toEqual(['a.json: {"id":"A"}']);
  });

  it('reads an archive behind a stub, zip64 or not', async () => {
    const stub = Buffer.from('#!/bin/sh\nexit\n');
    expect(await read(zipBytes([plain], { stub }))).toEqual(['a.json: {"id":"A"}']);
    expect(await read(zipBytes([plain], { stub, zip64End: true }))).toEqual(['a.json: {"id":"A"}']);
  });

  const trailers: [string, Buffer][] = [
    ['a line feed', Buffer.from('\n')],
    ['zeros', Buffer.alloc(16)],
    ['sixty thousand bytes', Buffer.alloc(60_000, 'x')],
    ['an end record of nothing, and a byte', Buffer.concat([zipBytes([]), Buffer.from('.')])],
    ['end signatures alone', Buffer.from('PK\x05\x06'.repeat(15_000), 'latin1')],
    ['an end record that says where nothing is', Buffer.concat([zipBytes([plain]).subarray(-22), Buffer.from('.')])],
  ];

  it.each(trailers)('reads what OpenJDK reads before %s', async (_, after) => {
    expect(await read(Buffer.concat([zipBytes([plain]), after]))).toEqual(['a.json: {"id":"A"}']);
    const stub = Buffer.from('#!/bin/sh\nexit\n');
    expect(await read(Buffer.concat([zipBytes([plain], { stub }), after]))).toEqual(['a.json: {"id":"A"}']);
  });

  it('reads what only Python reads: zip64 before other bytes, and offsets that count a stub', async () => {
    const after = Buffer.from('\n');
    expect(await read(Buffer.concat([zipBytes([plain], { zip64End: true }), after]))).toEqual(['a.json: {"id":"A"}']);
    const stub = Buffer.from('#!/usr/bin/env python3\n');
    const counted = zipBytes([plain], { stub });
    const directory = counted.indexOf('PK\x01\x02', 0, 'latin1');
    counted.writeUInt32LE(stub.length, directory + 42);
    counted.writeUInt32LE(directory, counted.length - 22 + 16);
    expect(await read(Buffer.concat([counted, after]))).toEqual(['a.json: {"id":"A"}']);
  });

  it('takes the end record that OpenJDK takes where a comment holds another', async () => {
    const other = zipBytes([{ name: 'b.json', text: 'other' }]);
    // One whose comment is the rest of the file, last, counts, whether or not an archive is there.
    const sound = zipBytes([plain], { comment: other });
    expect(await read(sound)).toEqual(['b.json: other']);
    // One that is followed by more has to be of the archive it lies in.
    const unplaced = Buffer.concat([other.subarray(-22), Buffer.from('...')]);
    expect(await read(zipBytes([plain], { comment: unplaced }))).toEqual(['a.json: {"id":"A"}']);
  });

  it('reads the directory to its end, whatever number of entries is stated', async () => {
    const bytes = zipBytes([plain, { name: 'b', text: 'b' }]);
    for (const stated of [0, 1]) {
      bytes.writeUInt16LE(stated, bytes.length - 22 + 10);
      expect(await read(bytes)).toEqual(['a.json: {"id":"A"}', 'b: b']);
    }
    expect(await read(bytes, { ...defaultZipLimits, maxEntries: 1 })).toEqual(['a.json: {"id":"A"}', 'zip-too-large']);
  });

  it('believes a zip64 end record only where it does not contradict the other, as OpenJDK does', async () => {
    const bytes = zipBytes([plain, { name: 'b', text: 'b' }]);
    const directory = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    const second = bytes.indexOf('PK\x01\x02', directory + 4, 'latin1');
    // In an extra field of the last entry, so that the directory ends where the end record begins.
    const wide = zipBytes([plain, { name: 'b', text: 'b' }], { zip64End: true }).subarray(-98, -22);
    wide.writeBigUInt64LE(1n, 32);
    wide.writeBigUInt64LE(BigInt(bytes.length - 22 + 4), 56 + 8);
    const extra = Buffer.concat([Buffer.from([0x99, 0x99, wide.length, 0]), wide]);
    bytes.writeUInt16LE(extra.length, second + 30);
    bytes.writeUInt32LE(bytes.length - 22 - directory + extra.length, bytes.length - 22 + 12);
    const end = bytes.subarray(-22);
    const contradicted = Buffer.concat([bytes.subarray(0, -22), extra, end]);
    expect(await read(contradicted)).toEqual(['a.json: {"id":"A"}', 'b: b']);
  });

  it('is not misled by an end signature inside the comment', async () => {
    expect(await read(zipBytes([plain], { comment: 'PK\u0005\u0006 and some more text here' }))).toEqual([
      'a.json: {"id":"A"}',
    ]);
  });

  it('reads only what is wanted, by its name or by what the directory says of it, and the directory alone', async () => {
    const bytes = zipBytes([plain, { name: 'README.md', text: 'no' }]);
    const readNames = async (wanted: (name: string, entry: ZipEntry) => boolean) => {
      const names: string[] = [];
      for await (const entry of readZip(zipFileOf(bytes), wanted)) if (entry.ok) names.push(entry.value.name);
      return names;
    };
    expect(await readNames((name) => name.endsWith('.json'))).toEqual(['a.json']);
    expect(await readNames((_, entry) => entry.crc32 === crc32('no'))).toEqual(['README.md']);
    const listed: string[] = [];
    for await (const entry of readZipEntries(zipFileOf(bytes))) listed.push(`${entry.name} ${entry.inflatedBytes}`);
    expect(listed).toEqual(['a.json 10', 'README.md 2']);
  });

  it('reads entries larger than its window, in whatever order the directory has them', async () => {
    const large = Array.from({ length: 400_000 }, (_, index) => index.toString(36)).join('');
    const plans = [
      { name: 'first', text: large, stored: true },
      { name: 'second', text: 'small' },
      { name: 'third', text: large },
    ];
    const expected = [`first: ${large}`, 'second: small', `third: ${large}`];
    expect(await read(zipBytes(plans))).toEqual(expected);
    expect(await read(zipBytes(plans, { backwards: true }))).toEqual(expected.reverse());
  });
});

describe('a hostile zip', () => {
  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['no zip at all', Buffer.from('this is text, and longer than an end record is')],
    ['one that lost its end', zipBytes([plain]).subarray(0, -10)],
    ['one whose directory is cut out', Buffer.concat([zipBytes([plain]).subarray(60)])],
  ])('%s is unreadable, by name', async (_, bytes) => {
    expect(await read(bytes)).toEqual(['zip-unreadable']);
  });

  it('that claims more entries than its directory holds stops at the last one', async () => {
    const bytes = zipBytes([plain]);
    bytes.writeUInt16LE(3, bytes.length - 22 + 10);
    expect(await read(bytes)).toEqual(['a.json: {"id":"A"}', 'zip-unreadable']);
  });

  it.each<[string, Partial<EntryPlan>, string]>([
    ['is encrypted', { flags: 1 }, 'zip-entry-encrypted'],
    ['uses another compression', { method: 93 }, 'zip-entry-method'],
    ['has a wrong checksum', { crc32: 1 }, 'zip-entry-damaged'],
    ['inflates to more than declared', { inflatedBytes: 3 }, 'zip-entry-damaged'],
    ['inflates to less than declared', { inflatedBytes: 300 }, 'zip-entry-damaged'],
    ['is no deflate stream', { stored: true, method: 8 }, 'zip-entry-damaged'],
    ['is declared too large', { inflatedBytes: 0xfffffffe }, 'zip-entry-too-large'],
  ])('whose entry %s loses that entry and no other', async (_, wrong, code) => {
    const bytes = zipBytes([
      { ...plain, ...wrong },
      { name: 'b.json', text: 'fine' },
    ]);
    expect(await read(bytes)).toEqual([`a.json: ${code}`, 'b.json: fine']);
  });

  it('that is a bomb is refused by its ratio before it is inflated', async () => {
    const bytes = zipBytes([{ name: 'bomb', text: '0'.repeat(20_000_000) }]);
    expect(await read(bytes)).toEqual(['bomb: zip-entry-ratio']);
  });

  it('that reuses the same bytes for many entries ends', async () => {
    const reused = { name: 'again', text: 'y'.repeat(3000), stored: true };
    const plans = [reused, ...Array.from({ length: 5000 }, () => ({ ...reused, reusesFirst: true }))];
    const seen = await read(zipBytes(plans));
    expect(seen.at(-1)).toBe('zip-too-large');
    expect(seen.length).toBeLessThan(200);
  });

  it('with more entries or bytes than allowed is refused', async () => {
    const bytes = zipBytes([plain, { name: 'b', text: 'b' }]);
    expect(await read(bytes, { ...defaultZipLimits, maxEntries: 1 })).toEqual(['zip-too-large']);
    expect(await read(bytes, { ...defaultZipLimits, maxTotalBytes: 10 })).toEqual([
      'a.json: {"id":"A"}',
      'zip-too-large',
    ]);
  });

  it('with more end records than are tried says so, soon', async () => {
    const end = zipBytes([plain]).subarray(-22);
    end.writeUInt16LE(1, 20);
    expect(await read(Buffer.concat([zipBytes([plain]), Buffer.alloc(22 * 2900, end), Buffer.from('..')]))).toEqual([
      'zip-unreadable',
    ]);
  });

  it('cut at any byte ends in named problems and never throws', async () => {
    const bytes = zipBytes([plain, { name: 'b.json', text: 'fine' }]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(await read(bytes.subarray(0, length))).toEqual(['zip-unreadable']);
    }
  });
});
