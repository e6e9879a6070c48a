import { Bzip2Fault, type BitReader } from './bit-reader';

const maxCodeBits = 20;

/** Canonical Huffman codes: by length, then by symbol. */
export class HuffmanTable {
  /** The greatest code of each length, -1 where there is none, and what to subtract from a code for its place in `order`. */
  readonly #limits = new Int32Array(maxCodeBits + 2).fill(-1);
  readonly #offsets = new Int32Array(maxCodeBits + 2);
  readonly #order: Uint16Array;
  readonly #shortest: number;

  constructor(lengths: Uint8Array) {
    const order: number[] = [];
    let code = 0;
    this.#shortest = Math.min(...lengths);
    for (let bits = this.#shortest; bits <= maxCodeBits; bits += 1) {
      this.#offsets[bits] = code - order.length;
      lengths.forEach((length, symbol) => {
        if (length === bits) order.push(symbol);
      });
      code += order.length - (code - (this.#offsets[bits] ?? 0));
      this.#limits[bits] = code - 1;
      code *= 2;
    }
    this.#order = Uint16Array.from(order);
  }

  next(reader: BitReader): number {
    let bits = this.#shortest;
    let code = reader.bits(bits);
    while (code > (this.#limits[bits] ?? -1)) {
      if (bits >= maxCodeBits) throw new Bzip2Fault('a code stands for no symbol');
      code = code * 2 + reader.bit();
      bits += 1;
    }
    const symbol = this.#order[code - (this.#offsets[bits] ?? 0)];
    if (symbol === undefined) throw new Bzip2Fault('a code stands for no symbol');
    return symbol;
  }
}

/** Lengths are stored as differences: 0 ends one, 10 is one more, 11 one less. */
export function readTable(reader: BitReader, alphabet: number): HuffmanTable {
  const lengths = new Uint8Array(alphabet);
  let length = reader.bits(5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    for (;;) {
      if (length < 1 || length > maxCodeBits) throw new Bzip2Fault('a code has an impossible length');
      if (reader.bit() === 0) break;
      length += reader.bit() === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return new HuffmanTable(lengths);
}
