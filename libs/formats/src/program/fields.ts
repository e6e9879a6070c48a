/** Numbers of one byte order. Reads beyond the end are the caller's mistake: check the length of `bytes` first. */
export class Fields {
  constructor(
    private readonly bytes: Buffer,
    private readonly isLittleEndian: boolean,
  ) {}

  u16(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  u32(at: number): number {
    return this.isLittleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** Exact up to 2^53; what is larger lies beyond every file. */
  u64(at: number): number {
    const [low, high] = this.isLittleEndian ? [at, at + 4] : [at + 4, at];
    return this.u32(high) * 2 ** 32 + this.u32(low);
  }
}

/** Text up to its first NUL byte. The search is bounded too: a table of names may have none. */
export function textUntilNul(bytes: Buffer, start = 0, maxBytes = 1024): string {
  const limit = Math.min(bytes.length, start + maxBytes);
  let end = start;
  while (end < limit && bytes[end] !== 0) end++;
  return bytes.toString('latin1', start, end);
}
