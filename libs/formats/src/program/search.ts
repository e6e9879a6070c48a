import type { ByteSource } from '../byte-source';

const chunkBytes = 1024 * 1024;

export interface SearchRange {
  readonly start: number;
  readonly end: number;
}

/** Where `needle` lies in a range of a source, in ascending order. Linear, and never more than a piece in memory. */
export function* occurrences(source: ByteSource, needle: Buffer, range: SearchRange): Generator<number> {
  if (needle.length === 0) return;
  const end = Math.min(range.end, source.sizeBytes);
  // Pieces overlap by one byte less than the needle: none is missed and none is found twice.
  for (let start = Math.max(0, range.start); start + needle.length <= end; start += chunkBytes) {
    const piece = source.read(start, Math.min(end, start + chunkBytes + needle.length - 1));
    for (let at = piece.indexOf(needle); at !== -1; at = piece.indexOf(needle, at + 1)) yield start + at;
  }
}
