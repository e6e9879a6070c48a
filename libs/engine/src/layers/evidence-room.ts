/** Room for what is kept of one layer, in bytes of its text. What has no place in it is left out, and what is smaller may still have. */
export class EvidenceRoom {
  #usedBytes = 0;

  constructor(private readonly bytes: number) {}

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** False, and nothing is taken, where there is no place for so many. */
  take(bytes: number): boolean {
    if (this.#usedBytes + bytes > this.bytes) return false;
    this.#usedBytes += bytes;
    return true;
  }
}

/** What an object, an array or one of its parts takes besides its text: half a million empty objects are not nothing. */
const partBytes = 16;

/** What plain JSON takes in memory, roughly, and always the same. */
export function evidenceBytesOf(value: unknown): number {
  if (typeof value === 'string') return partBytes + value.length;
  if (typeof value !== 'object' || value === null) return partBytes;
  let bytes = 2 * partBytes;
  for (const part of Array.isArray(value) ? value : Object.values(value)) bytes += evidenceBytesOf(part);
  return bytes;
}
