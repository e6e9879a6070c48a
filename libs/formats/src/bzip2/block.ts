import { Bzip2Fault, type BitReader } from './bit-reader';
import { readTable, type HuffmanTable } from './huffman';

const pieceBytes = 64 * 1024;
const groupSize = 50;
const maxSelectors = 18_002;

/**
 * One block behind its header, as pieces of its bytes: Huffman codes, then move-to-front with runs of the front, then the
 * Burrows-Wheeler transform, then runs of four and more.
 */
export function* readBlock(reader: BitReader, blockSize: number): Generator<Buffer> {
  // No encoder has set it since 1997.
  if (reader.bit() === 1) throw new Bzip2Fault('it has a randomised block, which is not read');
  const origin = reader.bits(24);
  const symbols = usedBytes(reader);
  const decode = symbolDecoder(reader, symbols.length + 2);
  const { links, length } = readTransform(decode, symbols, blockSize);
  if (origin >= length) throw new Bzip2Fault('a block begins outside itself');
  const start = (links[origin] ?? 0) >>> 8;
  yield* withoutRuns(links, links[start] ?? 0, length);
}

function usedBytes(reader: BitReader): Uint8Array {
  const rows = reader.bits(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = reader.bits(16);
    for (let column = 0; column < 16; column += 1)
      if ((columns & (0x8000 >> column)) !== 0) used.push(row * 16 + column);
  }
  if (used.length === 0) throw new Bzip2Fault('a block uses no byte');
  return Uint8Array.from(used);
}

/** The next symbol each time; which table decodes it changes every 50 symbols. */
function symbolDecoder(reader: BitReader, alphabet: number): () => number {
  const tableCount = reader.bits(3);
  const selectorCount = reader.bits(15);
  if (tableCount < 2 || tableCount > 6 || selectorCount === 0) throw new Bzip2Fault('a block has no usable tables');
  const front = Array.from({ length: tableCount }, (_, index) => index);
  const selectors: number[] = [];
  for (let index = 0; index < selectorCount; index += 1) {
    let position = 0;
    while (reader.bit() === 1) {
      position += 1;
      if (position >= tableCount) throw new Bzip2Fault('a block names a table it does not have');
    }
    const [table = 0] = front.splice(position, 1);
    front.unshift(table);
    // Some encoders write more than can be used; the rest is read and dropped.
    if (index < maxSelectors) selectors.push(table);
  }
  const tables = Array.from({ length: tableCount }, () => readTable(reader, alphabet));
  let current: HuffmanTable | undefined;
  let left = 0;
  let group = 0;
  return () => {
    if (left === 0) {
      current = tables[selectors[group] ?? -1];
      group += 1;
      left = groupSize;
    }
    left -= 1;
    if (current === undefined) throw new Bzip2Fault('a block has more symbols than tables for them');
    return current.next(reader);
  };
}

/** The last column of the transform as links: in the upper 24 bits the next place, in the lower 8 the byte. */
function readTransform(
  decode: () => number,
  symbols: Uint8Array,
  blockSize: number,
): { readonly links: Uint32Array; readonly length: number } {
  const front = Uint8Array.from(symbols);
  const links = new Uint32Array(blockSize);
  const counts = new Uint32Array(256);
  const end = symbols.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  const put = (byte: number, times: number): void => {
    if (length + times > blockSize) throw new Bzip2Fault('a block is longer than the stream allows');
    if (times === 1) links[length] = byte;
    else links.fill(byte, length, length + times);
    counts[byte] = (counts[byte] ?? 0) + times;
    length += times;
  };
  for (;;) {
    const symbol = decode();
    if (symbol <= 1) {
      // Runs are numbers in a base of two whose digits are one and two.
      run += weight << symbol;
      weight *= 2;
      if (run > blockSize) throw new Bzip2Fault('a block is longer than the stream allows');
      continue;
    }
    if (run > 0) put(front[0] ?? 0, run);
    run = 0;
    weight = 1;
    if (symbol === end) break;
    const position = symbol - 1;
    const byte = front[position] ?? 0;
    for (let at = position; at > 0; at -= 1) front[at] = front[at - 1] ?? 0;
    front[0] = byte;
    put(byte, 1);
  }
  linkUp(links, counts, length);
  return { links, length };
}

function linkUp(links: Uint32Array, counts: Uint32Array, length: number): void {
  let sum = 0;
  const starts = counts.map((count) => {
    const start = sum;
    sum += count;
    return start;
  });
  for (let index = 0; index < length; index += 1) {
    const byte = (links[index] ?? 0) & 0xff;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    links[place] = (links[place] ?? 0) | (index << 8);
  }
}

/** Four equal bytes are followed by how many more there are. */
function* withoutRuns(links: Uint32Array, start: number, length: number): Generator<Buffer> {
  let piece = Buffer.allocUnsafe(pieceBytes);
  let filled = 0;
  let entry = start;
  let last = -1;
  let same = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = entry & 0xff;
    const times = same === 4 ? byte : 1;
    if (same === 4) same = 0;
    else {
      same = byte === last ? same + 1 : 1;
      last = byte;
    }
    if (filled + times > pieceBytes) {
      yield piece.subarray(0, filled);
      piece = Buffer.allocUnsafe(pieceBytes);
      filled = 0;
    }
    if (times === 1) piece[filled] = last;
    else piece.fill(last, filled, filled + times);
    filled += times;
    entry = links[entry >>> 8] ?? 0;
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
