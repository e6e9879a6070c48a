const mebibyte = 1024 * 1024;
/** What is pending from one piece of the layer, and what is being put together for the next. */
const keptBuffers = 2;

/**
 * Memory for the content of files, used again for the next: allocating each anew is paid for by collecting it, which costs more than
 * reading it.
 */
export class ContentMemory {
  readonly #free: Buffer[] = [];

  /** At least `sizeBytes`, with anything in it. */
  take(sizeBytes: number): Buffer {
    const at = this.#free.findIndex((buffer) => buffer.length >= sizeBytes);
    const [kept] = at === -1 ? [] : this.#free.splice(at, 1);
    return kept ?? Buffer.allocUnsafeSlow(Math.ceil(sizeBytes / mebibyte) * mebibyte);
  }

  /** Nothing may be read from it any more. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
    if (this.#free.length <= keptBuffers) return;
    this.#free.sort((a, b) => b.length - a.length);
    this.#free.length = keptBuffers;
  }
}
