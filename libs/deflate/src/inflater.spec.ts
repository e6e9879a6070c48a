import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { isDeepStrictEqual } from 'node:util';
import { DeflateFault } from './fault';
import { Inflater } from './inflater';
import { contents, damaged, shortestCodes, shortStreams, ways } from './spec-streams';

/** Of one stream after the other, as there are members in a gzip file. What follows the stream is not looked at. */
const inflater = new Inflater();

function inflateRaw(stream: Buffer): Buffer {
  inflater.reset();
  const pieces: Buffer[] = [];
  for (let at = 0, isEnded = false; !isEnded;) {
    at += inflater.write(stream.subarray(at));
    if (at === stream.length) inflater.end();
    let stop = inflater.inflate();
    for (; stop === 'output'; stop = inflater.inflate()) {
      pieces.push(Buffer.from(inflater.output()));
      inflater.release();
    }
    isEnded = stop === 'end';
  }
  return Buffer.concat([...pieces, inflater.output()]);
}

/** What zlib makes of a stream. */
function zlibs(stream: Buffer): Buffer | string {
  try {
    return inflateRawSync(stream);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'deflate-truncated' : 'deflate-invalid';
  }
}

function ours(stream: Buffer): Buffer | string {
  try {
    return inflateRaw(stream);
  } catch (error) {
    if (error instanceof DeflateFault) return error.code;
    throw error;
  }
}

describe('a raw deflate stream', () => {
  it.each(contents())('is what was compressed: $name', ({ bytes }) => {
    for (const way of ways) {
      const inflated = inflateRaw(deflateRawSync(bytes, way));
      expect(inflated.equals(bytes)).toBe(true);
    }
  });

  it('may have codes of a single bit, which begin at any bit of what was read ahead', () => {
    const expected = inflateRawSync(shortestCodes());
    expect(expected.length).toBeGreaterThan(4000);
    expect(inflateRaw(shortestCodes()).equals(expected)).toBe(true);
  });

  it('may have stored blocks behind codes that end beyond what one output holds', () => {
    const outputBytes = 0x40000;
    const more = { finishFlush: constants.Z_SYNC_FLUSH, strategy: constants.Z_HUFFMAN_ONLY };
    const stored = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));
    const coded = Buffer.from(Array.from({ length: outputBytes + 1 }, (_, index) => index % 7));
    // Literals are read three at a time: with one of these beginnings, the last round puts two behind the last but one byte.
    for (const beginning of [0, 1, 2]) {
      const stream = Buffer.concat([
        deflateRawSync(coded.subarray(0, beginning), more),
        deflateRawSync(coded.subarray(beginning), more),
        deflateRawSync(stored, { level: 0 }),
      ]);
      const all = Buffer.concat([coded, stored]);
      expect(inflateRawSync(stream).equals(all)).toBe(true);
      expect(inflateRaw(stream).equals(all)).toBe(true);
    }
  });

  it('is truncated wherever it is cut, as zlib says', () => {
    for (const stream of shortStreams()) {
      for (let length = 0; length < stream.length; length++) {
        const cut = stream.subarray(0, length);
        expect([length, ours(cut)]).toEqual([length, zlibs(cut)]);
      }
    }
  });

  it('is what zlib makes of it however it is damaged', () => {
    const seen = new Set<string>();
    const different: unknown[] = [];
    for (const stream of shortStreams()) {
      for (let seed = 0; seed < 4000; seed++) {
        const bytes = damaged(stream, seed);
        const expected = zlibs(bytes);
        const found = ours(bytes);
        if (!isDeepStrictEqual(found, expected)) different.push({ seed, found, expected });
        seen.add(typeof expected === 'string' ? expected : 'inflated');
      }
    }
    expect(different).toEqual([]);
    expect(seen).toEqual(new Set(['inflated', 'deflate-invalid', 'deflate-truncated']));
  });
});
