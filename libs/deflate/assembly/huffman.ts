import { entryOf, isException, subtable } from './entry';
import { countByLength, firstByLength, sortedSymbols } from './memory';

const maxCodeBits: u32 = 15;

/**
 * Makes the table of a Huffman code that is given by the length of each symbol's code (RFC 1951, section 3.2.2). The index into
 * the table is the next bits of the stream, the first of them the lowest. False if there is no such code: more codes of a length
 * than can be, or fewer than have to be. Only a code of a single bit may lack its other half, where `mayBeHalf` says so, and there
 * may be no code at all: what nothing stands for is found when it is read.
 */
export function makeTable(
  table: usize,
  tableBits: u32,
  meanings: usize,
  lengths: usize,
  symbols: u32,
  mayBeHalf: bool,
): bool {
  countLengths(lengths, symbols);
  let longest: u32 = 0;
  let codes: u32 = 0;
  let free: i32 = 1;
  for (let bits: u32 = 1; bits <= maxCodeBits; bits++) {
    const count = countOf(bits);
    free = (free << 1) - <i32>count;
    if (free < 0) return false;
    store<u16>(firstByLength + (bits << 1), <u16>codes);
    codes += count;
    if (count > 0) longest = bits;
  }
  if (free > 0) {
    if (codes > 0 && !(mayBeHalf && longest === 1)) return false;
    for (let index: u32 = 0; index < (<u32>1) << tableBits; index++) store<u32>(table + (index << 2), isException);
  }
  sortSymbols(lengths, symbols);
  fill(table, tableBits, meanings, longest);
  return true;
}

function countOf(bits: u32): u32 {
  return <u32>load<u16>(countByLength + (bits << 1));
}

function countLengths(lengths: usize, symbols: u32): void {
  memory.fill(countByLength, 0, (maxCodeBits + 1) << 1);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = countByLength + ((<usize>load<u8>(lengths + symbol)) << 1);
    store<u16>(count, load<u16>(count) + 1);
  }
}

function sortSymbols(lengths: usize, symbols: u32): void {
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const bits = <usize>load<u8>(lengths + symbol);
    if (bits === 0) continue;
    const first = firstByLength + (bits << 1);
    const place = load<u16>(first);
    store<u16>(sortedSymbols + ((<usize>place) << 1), <u16>symbol);
    store<u16>(first, place + 1);
  }
}

function fill(table: usize, tableBits: u32, meanings: usize, longest: u32): void {
  const mask = ((<u32>1) << tableBits) - 1;
  /** With its first bit lowest, as the stream has it. */
  let code: u32 = 0;
  let sorted: usize = sortedSymbols;
  let prefix: u32 = u32.MAX_VALUE;
  let start: u32 = 0;
  let width: u32 = 0;
  let end: u32 = (<u32>1) << tableBits;
  for (let bits: u32 = 1; bits <= longest; bits++) {
    for (let left = countOf(bits); left > 0; left--) {
      const meaning = load<u32>(meanings + ((<usize>load<u16>(sorted)) << 2));
      sorted += 2;
      if (bits <= tableBits) {
        repeat(table, code, bits, tableBits, entryOf(meaning, bits));
      } else {
        if ((code & mask) !== prefix) {
          prefix = code & mask;
          start = end;
          width = subtableWidth(bits, left, tableBits, longest);
          end = start + ((<u32>1) << width);
          store<u32>(table + (prefix << 2), subtable(start, width, tableBits));
        }
        const rest = bits - tableBits;
        repeat(table + (start << 2), code >> tableBits, rest, width, entryOf(meaning, rest));
      }
      code = next(code, bits);
    }
  }
}

/** An entry stands wherever the index begins with its code. */
function repeat(table: usize, code: u32, codeBits: u32, tableBits: u32, entry: u32): void {
  const step = (<u32>1) << codeBits;
  for (let index = code; index < (<u32>1) << tableBits; index += step) store<u32>(table + (index << 2), entry);
}

/** How many bits the codes that share the present prefix have behind it at most. */
function subtableWidth(bits: u32, left: u32, tableBits: u32, longest: u32): u32 {
  let width = bits - tableBits;
  let codes = left;
  while (codes < (<u32>1) << width && tableBits + width < longest) {
    width++;
    codes = (codes << 1) + countOf(tableBits + width);
  }
  return width;
}

/** Adds one to a code whose highest bit is the one of the value 1. */
function next(code: u32, bits: u32): u32 {
  let bit = (<u32>1) << (bits - 1);
  while ((code & bit) !== 0) bit >>= 1;
  return bit === 0 ? 0 : (code & (bit - 1)) | bit;
}
