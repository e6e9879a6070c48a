import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';

/** Numbers from 0 to below 1, the same ones for the same seed (Numerical Recipes, section 7.1). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Bytes of every kind that compression treats in a way of its own. */
export function contents(): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const next = numbersFrom(1);
  const random = (length: number, of = 256) => Buffer.from(Array.from({ length }, () => Math.floor(next() * of)));
  const periods = Array.from({ length: 40 }, (_, index) => {
    const pattern = random(index + 1);
    return Buffer.concat([random(3), ...Array.from({ length: Math.ceil(600 / pattern.length) }, () => pattern)]);
  });
  const line = 'usr/share/doc/libssl3/changelog.Debian.gz 0644 root:root\n';
  // Each block of another mixture, so that codes and their headers are of every length.
  const mixtures = Array.from({ length: 6000 }, () =>
    random(40 + Math.floor(next() * 400), 2 + Math.floor(next() * 250)),
  );
  return [
    { name: 'nothing', bytes: Buffer.alloc(0) },
    { name: 'one byte', bytes: Buffer.from('a') },
    { name: 'a run across many outputs', bytes: Buffer.alloc(3_000_000, 7) },
    { name: 'what does not compress', bytes: random(150_000) },
    { name: 'few different bytes', bytes: random(150_000, 3) },
    { name: 'repeated patterns of every length', bytes: Buffer.concat(periods) },
    { name: 'text', bytes: Buffer.from(Array.from({ length: 9000 }, (_, index) => `${index} ${line}`).join('')) },
    { name: 'mixtures of many kinds', bytes: Buffer.concat(mixtures) },
    {
      name: 'matches from as far as can be',
      bytes: Buffer.concat([random(32_768), ...Array(20).fill(random(32_768))]),
    },
  ];
}

const { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;

/** Stored, fixed and dynamic blocks, small and large. */
export const ways: readonly ZlibOptions[] = [
  { level: 0 },
  { level: 1 },
  { level: 6 },
  { level: 9 },
  { level: 9, memLevel: 1 },
  { level: 6, windowBits: 9 },
  ...[Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE].flatMap((strategy) =>
    [1, 9].map((memLevel) => ({ strategy, memLevel })),
  ),
];

/** A stream with some of its bits turned, the same ones for the same seed. */
export function damaged(stream: Buffer, seed: number): Buffer {
  const next = numbersFrom(seed);
  const copy = Buffer.from(stream);
  for (let turned = 0; turned < 1 + (seed % 3); turned++) {
    const at = Math.floor(next() * copy.length);
    copy.writeUInt8(copy.readUInt8(at) ^ (1 << Math.floor(next() * 8)), at);
  }
  return copy;
}

/** Short enough to be damaged in thousands of ways: a dynamic block, a fixed one and a stored one. */
export function shortStreams(): readonly Buffer[] {
  const bytes = Buffer.from(Array.from({ length: 60 }, (_, index) => `${index * 7} and ${index * index}; `).join(''));
  return [{ level: 9 }, { strategy: Z_FIXED }, { level: 0 }].map((way) => deflateRawSync(bytes, way));
}

class BitWriter {
  readonly #bits: number[] = [];

  /** The lowest bit first. RFC 1951, section 3.1.1. */
  put(value: number, bits: number): void {
    for (let bit = 0; bit < bits; bit++) this.#bits.push((value >> bit) & 1);
  }

  bytes(): Buffer {
    const bytes = Buffer.alloc(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, at) => (bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7))));
    return bytes;
  }
}

/**
 * Blocks with the shortest codes that can be: a zero and the end of the block are a bit each, and so are the lengths of these codes.
 * Their headers end at every bit of a byte, after every number of bits.
 */
export function shortestCodes(): Buffer {
  const writer = new BitWriter();
  const one = () => writer.put(0, 1);
  const noCode = () => writer.put(1, 2);
  const noCodes = (times: number) => {
    writer.put(3, 2);
    writer.put(times - 11, 7);
  };
  const blocks = 1000;
  for (let block = 0; block < blocks; block++) {
    const single = block % 17;
    writer.put(block === blocks - 1 ? 1 : 0, 1);
    writer.put(2, 2);
    writer.put(single + 11, 5);
    writer.put(0, 5);
    writer.put(18 - 4, 4);
    // In the order of RFC 1951, section 3.2.7: 18 is the third, 0 the fourth and 1 the last.
    for (let place = 0; place < 18; place++) writer.put(place === 17 ? 1 : place === 2 || place === 3 ? 2 : 0, 3);
    one();
    noCodes(138);
    noCodes(117);
    one();
    for (let symbol = 0; symbol < single; symbol++) noCode();
    noCodes(11);
    one();
    writer.put(0, 1 + (block % 23));
    writer.put(1, 1);
  }
  return writer.bytes();
}
