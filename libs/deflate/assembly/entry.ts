/**
 * An entry of a table says what the next bits mean. Its lowest 8 bits are how many bits that takes, those behind the code that
 * widen its value included; bits 8 to 11 are how many the code itself has; bits 16 to 30 are the literal, or the value that the
 * bits behind the code are added to. Bits 13 to 15 and 31 say of what kind it is.
 */
export const isLiteral: u32 = 0x80000000;
/** Neither a literal nor a value: one of the two below, or, without either, a code that nothing stands for. */
export const isException: u32 = 0x8000;
/** The codes are longer than the table's index: bits 16 to 30 are where their own table begins, bits 8 to 11 its width. */
export const isSubtable: u32 = 0x4000;
export const isEndOfBlock: u32 = 0x2000;

const kindAndValue: u32 = 0xffffe000;

/** The entry of a code of so many bits for what its symbol means. */
export function entryOf(meaning: u32, codeBits: u32): u32 {
  return (meaning & kindAndValue) | (codeBits << 8) | (codeBits + (meaning & 0xff));
}

/** What a symbol means: a value that so many bits behind its code are added to. */
export function value(base: u32, extraBits: u32): u32 {
  return (base << 16) | extraBits;
}

export function subtable(start: u32, width: u32, tableBits: u32): u32 {
  return isException | isSubtable | (start << 16) | (width << 8) | tableBits;
}
