/**
 * A set of paths in six bytes each. It answers whether a path is in it; two paths that are mistaken for one another among
 * 100,000 are a matter of one in ten thousand million lookups.
 */
const fingerprintBytes = 6;

export class PathFingerprints {
  readonly #values: Set<number>;

  constructor(values: Iterable<number> = []) {
    this.#values = new Set(values);
  }

  static parse(text: string): PathFingerprints {
    const bytes = Buffer.from(text, 'base64');
    const values: number[] = [];
    for (let at = 0; at + fingerprintBytes <= bytes.length; at += fingerprintBytes) {
      values.push(bytes.readUIntBE(at, fingerprintBytes));
    }
    return new PathFingerprints(values);
  }

  get size(): number {
    return this.#values.size;
  }

  add(path: string): void {
    this.#values.add(fingerprintOf(path));
  }

  delete(path: string): void {
    this.#values.delete(fingerprintOf(path));
  }

  has(fingerprint: number): boolean {
    return this.#values.has(fingerprint);
  }

  /** Sorted, so that equal sets are equal texts. */
  toString(): string {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const bytes = Buffer.alloc(sorted.length * fingerprintBytes);
    for (const [index, value] of sorted.entries()) bytes.writeUIntBE(value, index * fingerprintBytes, fingerprintBytes);
    return bytes.toString('base64');
  }
}

/** Two FNV-1a style hashes with different multipliers, 24 bits of each. */
export function fingerprintOf(path: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 15;
  }
  a ^= a >>> 16;
  a = Math.imul(a, 0x85ebca6b);
  a ^= a >>> 13;
  b = Math.imul(b, 0xc2b2ae35);
  b ^= b >>> 16;
  return (a >>> 8) * 0x1000000 + (b >>> 8);
}
