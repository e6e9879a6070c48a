import { bitCount, bits, giveBack, keep, position } from './bits';
import { isEndOfBlock, isException, isSubtable } from './entry';
import { distanceTable, distanceTableBits, literalTable, literalTableBits, outputEnd } from './memory';
import { made, history, put } from './made';

export const goesOn: i32 = 0;
export const isEnded: i32 = 1;
export const isInvalid: i32 = -1;

/**
 * The bits are kept two places higher than the stream has them, so that an index into a table is an offset in bytes without being
 * shifted: what stands in the two lowest places is left over from what was used and means nothing.
 */
const spare: u32 = 2;
const literalMask: u64 = (((<u64>1) << literalTableBits) - 1) << spare;
const distanceMask: u64 = (((<u64>1) << distanceTableBits) - 1) << spare;

/**
 * Literals and matches until the block ends, `readable` is reached or the output is full. Up to 24 bytes behind `readable` are
 * looked at, and there must be 54 bits for each round: three literals, or two and a length of at most 20 bits; then a distance
 * of at most 28.
 *
 * This is where the time goes. An entry is used as a count as it is: shifts look at the lowest 6 bits only, and of `count` only the
 * lowest 6 are looked at.
 */
export function inflateCodes(readable: usize): i32 {
  giveBack();
  let unused = bits << spare;
  let count = bitCount + spare;
  let source = position;
  let target = made;
  let result = goesOn;
  while (source < readable && target < outputEnd) {
    unused |= load<u64>(source) << (<u64>count);
    source += 7 - ((count >> 3) & 7);
    count |= 56;

    let entry = load<u32>(literalTable + <usize>(unused & literalMask));
    let before = unused;
    unused >>= <u64>entry;
    count -= entry;
    if (<i32>entry < 0) {
      store<u8>(target++, <u8>(entry >> 16));
      entry = load<u32>(literalTable + <usize>(unused & literalMask));
      before = unused;
      unused >>= <u64>entry;
      count -= entry;
      if (<i32>entry < 0) {
        store<u8>(target++, <u8>(entry >> 16));
        entry = load<u32>(literalTable + <usize>(unused & literalMask));
        before = unused;
        unused >>= <u64>entry;
        count -= entry;
        if (<i32>entry < 0) {
          store<u8>(target++, <u8>(entry >> 16));
          continue;
        }
      }
    }
    if ((entry & isException) !== 0) {
      if ((entry & isSubtable) !== 0) {
        entry = load<u32>(literalTable + subtableOffset(entry, unused));
        before = unused;
        unused >>= <u64>entry;
        count -= entry;
        if (<i32>entry < 0) {
          store<u8>(target++, <u8>(entry >> 16));
          continue;
        }
      }
      if ((entry & isException) !== 0) {
        result = (entry & isEndOfBlock) !== 0 ? isEnded : isInvalid;
        break;
      }
    }
    const length = valueOf(entry, before);

    unused |= load<u64>(source) << (<u64>count);
    source += 7 - ((count >> 3) & 7);
    count |= 56;
    entry = load<u32>(distanceTable + <usize>(unused & distanceMask));
    if ((entry & isException) !== 0) {
      if ((entry & isSubtable) !== 0) {
        unused >>= <u64>distanceTableBits;
        count -= distanceTableBits;
        entry = load<u32>(distanceTable + subtableOffset(entry, unused));
      }
      if ((entry & isException) !== 0) {
        result = isInvalid;
        break;
      }
    }
    const distance = <usize>valueOf(entry, unused);
    unused >>= <u64>entry;
    count -= entry;
    if (distance > target - history) {
      result = isInvalid;
      break;
    }
    copyMatch(target, distance, length);
    target += length;
  }
  count = (count & 63) - spare;
  keep(unused >> spare, count, source);
  put(target);
  return result;
}

function subtableOffset(entry: u32, unused: u64): usize {
  const width = (entry >> 8) & 15;
  return ((entry >> 16) + ((<u32>(unused >> spare)) & (((<u32>1) << width) - 1))) << 2;
}

/** The value of an entry with the bits behind its code added. */
function valueOf(entry: u32, before: u64): u32 {
  const withExtra = <u32>((before >> spare) & (((<u64>1) << (<u64>entry)) - 1));
  return (entry >> 16) + (withExtra >> ((entry >> 8) & 15));
}

/** A match may reach into what it makes. Up to 31 bytes more than its length are written, which the next overwrites. */
function copyMatch(start: usize, distance: usize, length: u32): void {
  let target = start;
  let from = target - distance;
  const end = target + length;
  if (distance >= 16) {
    v128.store(target, v128.load(from));
    v128.store(target, v128.load(from, 16), 16);
    for (target += 32, from += 32; target < end; target += 16, from += 16) v128.store(target, v128.load(from));
  } else if (distance === 1) {
    const run = i8x16.splat(load<u8>(from));
    for (; target < end; target += 16) v128.store(target, run);
  } else if (distance >= 8) {
    for (; target < end; target += 8, from += 8) store<u64>(target, load<u64>(from));
  } else {
    for (; target < end; target++, from++) store<u8>(target, load<u8>(from));
  }
}
