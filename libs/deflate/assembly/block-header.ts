import { bits, bitCount, drop, refill, take } from './bits';
import { isException } from './entry';
import { makeTable } from './huffman';
import {
  codeLengths,
  codeLengthsOfLengths,
  distanceMeanings,
  distanceTable,
  distanceTableBits,
  lengthMeanings,
  lengthTable,
  lengthTableBits,
  literalMeanings,
  literalTable,
  literalTableBits,
} from './memory';

/** The codes of a block are at most so many bytes: lengths of 19 codes, then 316 lengths of at most 14 bits each. */
export const longestHeaderBytes: usize = 700;

const endOfBlock: u32 = 256;

/** The order in which the lengths of the code for lengths are given. */
const lengthOrder = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** RFC 1951, section 3.2.6. */
export function readFixedCodes(): bool {
  memory.fill(codeLengths, 8, 144);
  memory.fill(codeLengths + 144, 9, 112);
  memory.fill(codeLengths + 256, 7, 24);
  memory.fill(codeLengths + 280, 8, 8);
  memory.fill(codeLengths + 288, 5, 32);
  return makeTables(288, 32);
}

/** RFC 1951, section 3.2.7. The bits of the block's type are taken. False if the lengths make no code. */
export function readDynamicCodes(): bool {
  refill();
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const lengths = take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  if (!readLengthCode(lengths) || !readLengths(literals + distances)) return false;
  return load<u8>(codeLengths + endOfBlock) !== 0 && makeTables(literals, distances);
}

function makeTables(literals: u32, distances: u32): bool {
  return (
    makeTable(distanceTable, distanceTableBits, distanceMeanings, codeLengths + literals, distances, true) &&
    makeTable(literalTable, literalTableBits, literalMeanings, codeLengths, literals, true)
  );
}

function readLengthCode(lengths: u32): bool {
  memory.fill(codeLengthsOfLengths, 0, 19);
  for (let index: u32 = 0; index < lengths; index++) {
    if (bitCount < 3) refill();
    store<u8>(codeLengthsOfLengths + load<u8>(lengthOrder + index), <u8>take(3));
  }
  return makeTable(lengthTable, lengthTableBits, lengthMeanings, codeLengthsOfLengths, 19, false);
}

function readLengths(count: u32): bool {
  let index: u32 = 0;
  while (index < count) {
    if (bitCount < 14) refill();
    const entry = load<u32>(lengthTable + (((<usize>bits) & ((1 << lengthTableBits) - 1)) << 2));
    if ((entry & isException) !== 0) return false;
    drop(entry & 0xff);
    const symbol = entry >> 16;
    let length: u32 = symbol;
    let times: u32 = 1;
    if (symbol === 16) {
      if (index === 0) return false;
      length = load<u8>(codeLengths + index - 1);
      times = 3 + take(2);
    } else if (symbol > 16) {
      length = 0;
      times = symbol === 17 ? 3 + take(3) : 11 + take(7);
    }
    if (index + times > count) return false;
    memory.fill(codeLengths + index, <u8>length, times);
    index += times;
  }
  return true;
}
