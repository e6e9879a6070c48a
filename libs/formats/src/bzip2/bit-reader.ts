/** The stream ends, or says something that cannot be. */
export class Bzip2Fault extends Error {}

/** Bits of a byte stream, the highest of each byte first, with as much of the stream in memory as was asked for. */
export class BitReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #bits = 0;
  #bitCount = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Makes that many bytes readable, fewer where the stream ends. What is read after this is not waited for. */
  async fill(byteCount: number): Promise<void> {
    const waiting: Uint8Array[] = [this.#bytes.subarray(this.#at)];
    let held = this.#bytes.length - this.#at;
    if (held >= byteCount) return;
    while (held < byteCount) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      waiting.push(next.value);
      held += next.value.length;
    }
    this.#bytes = Buffer.concat(waiting);
    this.#at = 0;
  }

  /** At most 24 bits. */
  bits(count: number): number {
    while (this.#bitCount < count) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new Bzip2Fault('it ends too early');
      this.#at += 1;
      // Never more than 31 bits are held, so that the shift stays a positive number.
      this.#bits = ((this.#bits << 8) | byte) & 0x7fffffff;
      this.#bitCount += 8;
    }
    this.#bitCount -= count;
    return (this.#bits >>> this.#bitCount) & ((1 << count) - 1);
  }

  bit(): number {
    return this.bits(1);
  }

  word(): number {
    return ((this.bits(16) << 16) | this.bits(16)) >>> 0;
  }

  /** Drops what is left of a byte. True when nothing follows. */
  alignedEnd(): boolean {
    this.#bitCount -= this.#bitCount % 8;
    return this.#bitCount === 0 && this.#at >= this.#bytes.length;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
