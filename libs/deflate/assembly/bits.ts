/**
 * What was read of the stream and not used yet: the next bit is the lowest. Above `bitCount` there may already be bits of the bytes
 * at `position`, which are read once more then. RFC 1951, section 3.1.1.
 */
export let bits: u64 = 0;
export let bitCount: u32 = 0;
export let position: usize = 0;

export function moveTo(place: usize): void {
  position = place;
  bits = 0;
  bitCount = 0;
}

/** The bytes that come next were moved; what was read of them stays. */
export function setPosition(place: usize): void {
  position = place;
}

export function keep(unused: u64, count: u32, place: usize): void {
  bits = unused & (((<u64>1) << (<u64>count)) - 1);
  bitCount = count;
  position = place;
}

/** At least 56 bits. Eight bytes are read, whole bytes of which are counted. */
export function refill(): void {
  bits |= load<u64>(position) << (<u64>bitCount);
  position += (63 - bitCount) >> 3;
  bitCount |= 56;
}

/** There must be so many: at most 25 between refills. */
export function take(count: u32): u32 {
  const taken = (<u32>bits) & (((<u32>1) << count) - 1);
  drop(count);
  return taken;
}

export function drop(count: u32): void {
  bits >>= <u64>count;
  bitCount -= count;
}

/** Whole bytes go back, so that the position says what was really used. */
export function giveBack(): void {
  position -= bitCount >> 3;
  bitCount &= 7;
  bits &= ((<u64>1) << (<u64>bitCount)) - 1;
}

/** What is left of a byte that was begun means nothing. */
export function alignToByte(): void {
  giveBack();
  moveTo(position);
}
