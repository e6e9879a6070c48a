import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { DeflateFault } from './fault';
import { gunzipped } from './gzip';
import { contents, ways } from './spec-streams';

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A piece is valid until the next one only, so each is copied. */
async function gunzip(bytes: Buffer, size = bytes.length): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of gunzipped(piecesOf(bytes, size))) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function codeOf(bytes: Buffer, size?: number): Promise<string> {
  const fault: unknown = await gunzip(bytes, size).catch((error: unknown) => error);
  return fault instanceof DeflateFault ? fault.code : 'none';
}

/** RFC 1952, section 2.3, with every field there is. */
function member(content: Buffer, fields: { readonly name?: Buffer; readonly extra?: Buffer } = {}): Buffer {
  const { name = Buffer.from('layer.tar'), extra = Buffer.from('SG\x02\0ab') } = fields;
  const extraLength = Buffer.alloc(2);
  extraLength.writeUInt16LE(extra.length);
  const fixed = Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 255]);
  const header = Buffer.concat([fixed, extraLength, extra, name, Buffer.from('\0a comment\0')]);
  const end = Buffer.alloc(10);
  end.writeUInt16LE(crc32(header) & 0xffff);
  end.writeUInt32LE(crc32(content), 2);
  end.writeUInt32LE(content.length, 6);
  return Buffer.concat([header, end.subarray(0, 2), deflateRawSync(content), end.subarray(2)]);
}

describe('a gzip file', () => {
  it.each(contents())('is what was compressed: $name', async ({ bytes }) => {
    for (const way of ways) {
      const stored = gzipSync(bytes, way);
      expect((await gunzip(stored, 60_000)).equals(bytes)).toBe(true);
    }
  });

  it.each([1, 2, 3, 7, 23, 701, 5000])('may arrive in pieces of %d bytes', async (size) => {
    const first = Buffer.from(Array.from({ length: 3000 }, (_, index) => `${index * index} `).join(''));
    const file = Buffer.concat([
      gzipSync(first),
      member(Buffer.from('second')),
      gzipSync(Buffer.alloc(0)),
      Buffer.alloc(9),
    ]);
    expect((await gunzip(file, size)).toString()).toBe(`${first.toString()}second`);
  });

  it('may have thousands of members, which do not reach into each other', async () => {
    const members = Array.from({ length: 4000 }, (_, index) => gzipSync(`file ${index}\n`));
    const expected = Array.from({ length: 4000 }, (_, index) => `file ${index}\n`).join('');
    expect((await gunzip(Buffer.concat(members), 1000)).toString()).toBe(expected);
    // "A match of 3 bytes from 5 bytes back" as the very first of the second member.
    const reaching = Buffer.concat([gzipSync('0123456789').subarray(0, -8), Buffer.alloc(8)]);
    reaching.writeUInt32LE(crc32('0123456789'), reaching.length - 8);
    reaching.writeUInt32LE(10, reaching.length - 4);
    const bad = Buffer.concat([reaching, Buffer.from('1f8b08000000000000ff', 'hex'), Buffer.from([0x03, 0x22, 0, 0])]);
    expect(await codeOf(bad)).toBe('deflate-invalid');
  });

  it('is truncated wherever it is cut', async () => {
    const file = member(Buffer.from('something, something else and something more'));
    for (let length = 1; length < file.length; length++) {
      expect([length, await codeOf(file.subarray(0, length), 10)]).toEqual([length, 'deflate-truncated']);
    }
    const two = Buffer.concat([file, file]);
    expect(await codeOf(two.subarray(0, file.length + 1))).toBe('deflate-truncated');
    expect(await codeOf(two)).toBe('none');
  });

  it('is invalid with one byte of header, checksum or size changed', async () => {
    const content = Buffer.from('content');
    const file = member(content);
    const flagged = Buffer.from(file);
    flagged[3] = 0xff;
    expect(await codeOf(flagged)).toBe('deflate-invalid');
    for (const at of [0, 1, 2, 5, 12, 20, file.length - 8, file.length - 4]) {
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect([at, await codeOf(changed)]).toEqual([at, 'deflate-invalid']);
    }
    expect(await codeOf(Buffer.concat([file, Buffer.from('not a member')]))).toBe('deflate-invalid');
  });

  it('may have long fields in its header, but not one without end', async () => {
    const content = Buffer.from('content');
    const long = member(content, { extra: Buffer.alloc(65_535), name: Buffer.alloc(50_000, 'n') });
    expect((await gunzip(long, 10_000)).toString()).toBe('content');
    expect(await codeOf(member(content, { name: Buffer.alloc(1_000_000, 'n') }), 10_000)).toBe('deflate-invalid');
  });

  it('can be read while another one is', async () => {
    const [one, other] = [Buffer.alloc(1_000_000, 'one'), Buffer.alloc(1_000_000, 'other')];
    const read = await Promise.all([gunzip(gzipSync(one), 100), gunzip(gzipSync(other), 100)]);
    expect([read[0].equals(one), read[1].equals(other)]).toEqual([true, true]);
  });
});
