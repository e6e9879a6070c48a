/**
 * Where what lies in the memory, in bytes from its start. Tables first, then what was put out with the window that matches reach
 * back into, then what is to be read.
 */

/** Entries of 4 bytes, 2^11 and the subtables behind them: 2,342 in all at most, for 288 symbols of at most 15 bits. */
export const literalTable: usize = 0;
export const literalTableBits: u32 = 11;
/** 2^8 and subtables: 402 at most, for 32 symbols. */
export const distanceTable: usize = 0x3000;
export const distanceTableBits: u32 = 8;
/** 2^7: no code for lengths of codes is longer. */
export const lengthTable: usize = 0x4000;
export const lengthTableBits: u32 = 7;

/** What each symbol means: an entry without its bits. */
export const literalMeanings: usize = 0x4400;
export const distanceMeanings: usize = 0x4900;
export const lengthMeanings: usize = 0x4a00;

/** A byte for each symbol: how many bits its code has. Those of distances follow those of literals. */
export const codeLengths: usize = 0x4b00;
export const codeLengthsOfLengths: usize = 0x4c80;
/** Two bytes for each symbol, in the order of the codes. */
export const sortedSymbols: usize = 0x4d00;
/** Two bytes for each length of codes: how many there are, and where their symbols begin among the sorted. */
export const countByLength: usize = 0x5000;
export const firstByLength: usize = 0x5040;
// At 0x5100 lies what the compiler puts somewhere by itself (`--memoryBase`).

/** Matches reach back this far at most. RFC 1951, section 2. */
export const windowBytes: usize = 0x8000;
export const window: usize = 0x8000;
export const output: usize = window + windowBytes;
/** As much as the caches next to a processor hold together with what is read from it at the same time. */
export const outputBytes: usize = 0x40000;
export const outputEnd: usize = output + outputBytes;
/** A match begun before the end is put out whole, in steps of 16 bytes. */
const outputSlack: usize = 0x1000;

export const input: usize = outputEnd + outputSlack;
export const inputBytes: usize = 0x20000;
/** Zeroes that stand behind the last of the input, so that nothing needs to ask whether there is more at every bit. */
export const inputPadding: usize = 0x1000;
