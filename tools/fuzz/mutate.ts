/** A small generator with a seed, so that every run can be run again. https://prng.di.unimi.it/ (xoroshiro's ancestor, xorshift32) */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return limit <= 0 ? 0 : this.#state % limit;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff] as const;
const words = [
  '\n',
  '\r\n\r\n',
  ':',
  '"',
  '{',
  '[[',
  '}',
  ' ',
  '\t',
  '\0',
  '../',
  '/',
  '\\u0000',
  '1e999',
  '-1',
  '__proto__',
  'null',
  '<!DOCTYPE a [',
  '&a;',
  '*a &a',
  '\ufeff',
  '\ud83d\ude00',
] as const;

const mutations: readonly [Mutation, ...Mutation[]] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
    return copy;
  },
  function writeEdge(bytes, random) {
    const copy = Buffer.from(bytes);
    if (copy.length < 4) return copy;
    const at = random.below(copy.length - 3);
    const value = random.pick(edges);
    if (random.below(2) === 0) copy.writeUInt32LE(value, at);
    else copy.writeUInt32BE(value, at);
    return copy;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => cut(bytes, random, (before, piece, after) => [before, piece, piece, after]),
  (bytes, random) => cut(bytes, random, (before, _piece, after) => [before, after]),
  (bytes, random) =>
    cut(bytes, random, (before, piece, after) => [before, Buffer.from(random.pick(words)), piece, after]),
  (bytes, random) =>
    cut(bytes, random, (before, piece, after) => [before, Buffer.alloc(piece.length, random.below(256)), after]),
  (bytes, random) => cut(bytes, random, (before, piece, after) => [after, piece, before]),
  function repeatPiece(bytes, random) {
    const times = 1 << random.below(10);
    return cut(bytes, random, (before, piece, after) => {
      const short = piece.subarray(0, 64);
      return [before, ...Array.from({ length: times }, () => short), after];
    });
  },
];

/** One to eight changes, one after another. */
export function mutated(seed: Buffer, random: Random, maxBytes: number): Buffer {
  let bytes = seed;
  for (let left = 1 + random.below(8); left > 0; left--) bytes = random.pick(mutations)(bytes, random);
  return bytes.subarray(0, maxBytes);
}

function cut(
  bytes: Buffer,
  random: Random,
  arrange: (before: Buffer, piece: Buffer, after: Buffer) => readonly Buffer[],
): Buffer {
  const start = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, start + 1 + random.below(Math.min(4096, bytes.length + 1)));
  return Buffer.concat(arrange(bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)));
}
