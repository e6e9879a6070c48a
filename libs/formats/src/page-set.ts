/** Pages that were read already: in a sound file each has one use, so a second visit is a loop or an overlap. */
export class PageSet {
  readonly #bits: Uint8Array;

  constructor(private readonly pageCount: number) {
    this.#bits = new Uint8Array(Math.ceil(pageCount / 8));
  }

  /** False where the page does not exist or was taken before. */
  take(page: number): boolean {
    if (page < 0 || page >= this.pageCount) return false;
    const at = page >> 3;
    const bit = 1 << (page & 7);
    const byte = this.#bits[at] ?? 0;
    if ((byte & bit) !== 0) return false;
    this.#bits[at] = byte | bit;
    return true;
  }
}
