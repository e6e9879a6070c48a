/**
 * Inflates a raw deflate stream (RFC 1951) that arrives in pieces. Whoever calls puts bytes into the memory and says where they end;
 * nothing here allocates.
 */
import { alignToByte, bitCount, giveBack, moveTo, position, refill, setPosition, take } from './bits';
import { longestHeaderBytes, readDynamicCodes, readFixedCodes } from './block-header';
import { goesOn, inflateCodes, isInvalid as areInvalidCodes } from './coded-block';
import { forget, made, put, slide } from './made';
import { writeMeanings } from './meanings';
import { input, inputBytes, inputPadding, output, outputEnd } from './memory';

export { input, inputBytes, inputPadding, output };

const betweenBlocks: i32 = 0;
const inCodes: i32 = 1;
const inStored: i32 = 2;
const behindLast: i32 = 3;

export const needsInput: i32 = 0;
export const isFull: i32 = 1;
export const isDone: i32 = 2;
export const isInvalid: i32 = -1;
export const isTruncated: i32 = -2;

/** So many bytes of the input are left for the next call, unless it is the last: the codes look ahead. */
const lookahead: usize = 24;

let place: i32 = betweenBlocks;
let isLastBlock: bool = false;
let storedLeft: usize = 0;

writeMeanings();

/** A stream begins where the last one ended. */
export function begin(): void {
  moveTo(position);
  place = betweenBlocks;
  forget();
}

export function readPosition(): usize {
  return position;
}

/** For what stands between streams, and for input that was moved: bits of a byte that was begun stay as they are. */
export function setReadPosition(at: usize): void {
  setPosition(at);
}

export function writePosition(): usize {
  return made;
}

/** The output was taken: the next begins at its start. */
export function release(): void {
  slide();
}

/**
 * Goes on until one of the five is true. `isFinal`: there is no more input than this; behind it are `inputPadding` zeroes.
 */
export function inflate(inputEnd: usize, isFinal: bool): i32 {
  const result = advance(inputEnd, isFinal);
  giveBack();
  // What was found behind the end was read from the padding.
  return position > inputEnd ? isTruncated : result;
}

function advance(inputEnd: usize, isFinal: bool): i32 {
  const missing = isFinal ? isTruncated : needsInput;
  while (place !== behindLast) {
    if (made >= outputEnd) return isFull;
    if (place === betweenBlocks) {
      if (!isFinal && position + longestHeaderBytes > inputEnd) return needsInput;
      if (!readHeader()) return isInvalid;
    } else if (place === inCodes) {
      const result = inflateCodes(isFinal ? inputEnd + 8 : inputEnd - lookahead);
      if (result === areInvalidCodes) return isInvalid;
      if (result === goesOn) return made >= outputEnd ? isFull : missing;
      endBlock();
    } else {
      copyStored(inputEnd);
      if (storedLeft > 0) return made >= outputEnd ? isFull : missing;
      endBlock();
    }
    // A stream that was cut off has no need to be read further.
    if (position - (bitCount >> 3) > inputEnd) return isTruncated;
  }
  return isDone;
}

function readHeader(): bool {
  refill();
  isLastBlock = take(1) === 1;
  const type = take(2);
  place = type === 0 ? inStored : inCodes;
  if (type === 0) return readStoredLength();
  if (type === 1) return readFixedCodes();
  return type === 2 && readDynamicCodes();
}

/** RFC 1951, section 3.2.4. */
function readStoredLength(): bool {
  alignToByte();
  const length = load<u16>(position);
  const complement = load<u16>(position + 2);
  moveTo(position + 4);
  storedLeft = length;
  return (length ^ complement) === 0xffff;
}

function copyStored(inputEnd: usize): void {
  const available = inputEnd > position ? inputEnd - position : 0;
  const bytes = min(min(storedLeft, available), outputEnd - made);
  memory.copy(made, position, bytes);
  put(made + bytes);
  moveTo(position + bytes);
  storedLeft -= bytes;
}

function endBlock(): void {
  place = isLastBlock ? behindLast : betweenBlocks;
}
