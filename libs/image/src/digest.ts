import { createHash, type Hash } from 'node:crypto';

/** Counts and hashes bytes against `algorithm:hex`, the form of OCI digests. */
export class DigestMeter {
  readonly #hash: Hash;
  readonly #algorithm: string;
  #bytes = 0;

  constructor(expected: string) {
    this.#algorithm = expected.slice(0, expected.indexOf(':'));
    this.#hash = createHash(this.#algorithm);
  }

  get bytes(): number {
    return this.#bytes;
  }

  update(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hash.update(chunk);
  }

  digest(): string {
    return this.#digestOf(this.#hash.copy());
  }

  /** Whether the bytes hash to it with more zeros after them: up to the end of their last block, and `blocks` blocks of them at most. */
  isPadded(expected: string, blockBytes: number, blocks: number): boolean {
    const longer = this.#hash.copy();
    longer.update(Buffer.alloc((blockBytes - (this.#bytes % blockBytes)) % blockBytes));
    const zeros = Buffer.alloc(blockBytes);
    for (let added = 0; added <= blocks; added++) {
      if (this.#digestOf(longer.copy()) === expected) return true;
      longer.update(zeros);
    }
    return false;
  }

  #digestOf(hash: Hash): string {
    return `${this.#algorithm}:${hash.digest('hex')}`;
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function digestOf(bytes: Uint8Array, like: string): string {
  const meter = new DigestMeter(like);
  meter.update(bytes);
  return meter.digest();
}
