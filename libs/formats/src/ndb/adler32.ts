/** RFC 1950, section 8.2. Node's zlib keeps its own to itself. */
export function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let at = 0; at < bytes.length;) {
    // The most additions after which the sums still fit in 32 bits.
    const end = Math.min(bytes.length, at + 5552);
    for (; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}
