/** For specs: numbers of one byte order and word size at any place of a file that grows as needed. */
export class Writer {
  #bytes = Buffer.alloc(4096);
  #position = 0;
  #end = 0;

  constructor(
    private readonly isLittleEndian: boolean,
    private readonly is64Bit: boolean,
  ) {}

  at(position: number): this {
    this.#position = position;
    this.#end = Math.max(this.#end, position);
    return this;
  }

  raw(bytes: Buffer): this {
    const start = this.#take(bytes.length);
    bytes.copy(this.#bytes, start);
    return this;
  }

  u16(value: number): this {
    const start = this.#take(2);
    if (this.isLittleEndian) this.#bytes.writeUInt16LE(value, start);
    else this.#bytes.writeUInt16BE(value, start);
    return this;
  }

  u32(value: number): this {
    const start = this.#take(4);
    if (this.isLittleEndian) this.#bytes.writeUInt32LE(value, start);
    else this.#bytes.writeUInt32BE(value, start);
    return this;
  }

  /** Four or eight bytes. */
  word(value: number): this {
    if (!this.is64Bit) return this.u32(value);
    const start = this.#take(8);
    if (this.isLittleEndian) this.#bytes.writeBigUInt64LE(BigInt(value), start);
    else this.#bytes.writeBigUInt64BE(BigInt(value), start);
    return this;
  }

  bytes(): Buffer {
    const grown = this.#end > this.#bytes.length ? this.#grown(this.#end) : this.#bytes;
    return Buffer.from(grown.subarray(0, this.#end));
  }

  #take(sizeBytes: number): number {
    const start = this.#position;
    this.at(start + sizeBytes);
    if (this.#end > this.#bytes.length) this.#bytes = this.#grown(this.#end * 2);
    return start;
  }

  #grown(sizeBytes: number): Buffer<ArrayBuffer> {
    const larger = Buffer.alloc(sizeBytes);
    this.#bytes.copy(larger);
    return larger;
  }
}
