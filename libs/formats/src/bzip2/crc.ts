const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 0x80000000) === 0 ? value << 1 : (value << 1) ^ 0x04c11db7;
  return value >>> 0;
});

/** CRC-32 with the highest bit first, which zlib's is not. */
export class BlockCrc {
  #crc = 0xffffffff;

  update(bytes: Uint8Array): void {
    let crc = this.#crc;
    // An index, because an iterator over bytes costs several times the sum.
    for (let at = 0; at < bytes.length; at += 1) crc = (crc << 8) ^ (table[(crc >>> 24) ^ (bytes[at] ?? 0)] ?? 0);
    this.#crc = crc;
  }

  value(): number {
    return ~this.#crc >>> 0;
  }
}
