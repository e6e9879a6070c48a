import { isEndOfBlock, isException, isLiteral, value } from './entry';
import { distanceMeanings, lengthMeanings, literalMeanings } from './memory';

/** RFC 1951, sections 3.2.5 and 3.2.7. Symbols that are in the fixed codes but never stand for anything are exceptions. */
export function writeMeanings(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol++) put(literalMeanings, symbol, isLiteral | (symbol << 16));
  put(literalMeanings, 256, isException | isEndOfBlock);
  let base: u32 = 3;
  for (let symbol: u32 = 257; symbol < 285; symbol++) {
    const group = (symbol - 257) >> 2;
    const extraBits = group < 2 ? 0 : group - 1;
    put(literalMeanings, symbol, value(base, extraBits));
    base += 1 << extraBits;
  }
  put(literalMeanings, 285, value(258, 0));
  put(literalMeanings, 286, isException);
  put(literalMeanings, 287, isException);

  base = 1;
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const extraBits = symbol < 4 ? 0 : (symbol >> 1) - 1;
    put(distanceMeanings, symbol, value(base, extraBits));
    base += 1 << extraBits;
  }
  put(distanceMeanings, 30, isException);
  put(distanceMeanings, 31, isException);

  for (let symbol: u32 = 0; symbol < 19; symbol++) put(lengthMeanings, symbol, value(symbol, 0));
}

function put(meanings: usize, symbol: u32, meaning: u32): void {
  store<u32>(meanings + (symbol << 2), meaning);
}
