import { CompressionFault } from './compression-fault';

const frameMagic = 0xfd2fb528;

/**
 * The frames of a zstd stream without the skippable ones (zstd:chunked keeps its index in one, and has a frame for each file), in pieces
 * as they come: a decompressor goes on from frame to frame, but says nothing when the last one is cut short. A piece is valid until the
 * next one is asked for. RFC 8878, section 3.1. @throws CompressionFault `layer-truncated`, `layer-compression-invalid`
 */
export async function* zstdFrames(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const frames = new FrameFollower();
  for await (const piece of source) yield* frames.follow(piece);
  if (!frames.isBetween) throw new CompressionFault('layer-truncated', 'the compressed stream ends too early');
}

type Part = 'magic' | 'skippable-size' | 'descriptor' | 'block' | 'checksum';

/** Follows a stream from header to header, whatever it comes in: a frame may have a million blocks of nothing. */
class FrameFollower {
  /** What the header is of that is being read. */
  #part: Part = 'magic';
  readonly #header = Buffer.alloc(4);
  #headerBytes = 0;
  #wantedBytes = 4;
  /** Bytes to go before the next header. */
  #left = 0;
  #isSkipped = false;
  #hasChecksum = false;

  /** The stream may end here. */
  get isBetween(): boolean {
    return this.#part === 'magic' && this.#headerBytes === 0 && this.#left === 0;
  }

  /** The parts of the piece that belong to frames that are not skipped. */
  *follow(piece: Buffer): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < piece.length;) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, piece.length - at);
        this.#left -= step;
        at += step;
        if (this.#isSkipped) start = at;
        continue;
      }
      // Whether a frame is skipped is known with all of its number; what is cut through is held back until then.
      const isMagic = this.#part === 'magic';
      const isHeldBack = isMagic && (this.#headerBytes > 0 || !isFrame(piece, at));
      if (isHeldBack && at > start && this.#headerBytes === 0) yield piece.subarray(start, at);
      const step = Math.min(this.#wantedBytes - this.#headerBytes, piece.length - at);
      piece.copy(this.#header, this.#headerBytes, at, at + step);
      this.#headerBytes += step;
      at += step;
      if (isHeldBack) start = at;
      if (this.#headerBytes < this.#wantedBytes) break;
      this.#next();
      if (isHeldBack && !this.#isSkipped) yield Buffer.from(this.#header.subarray(0, 4));
      if (this.#isSkipped) start = at;
    }
    if (start < piece.length && !this.#isSkipped) yield piece.subarray(start);
  }

  /** A header is complete: how far it is to the next one, and what that is. */
  #next(): void {
    switch (this.#part) {
      case 'magic':
        return this.#frame(this.#header.readUInt32LE(0));
      case 'skippable-size':
        return this.#expect('magic', 4, this.#header.readUInt32LE(0));
      case 'descriptor':
        return this.#expect('block', 3, this.#descriptor(this.#header[0] ?? 0));
      case 'block':
        return this.#block(this.#header.readUIntLE(0, 3));
      case 'checksum':
        return this.#expect('magic', 4, 0);
    }
  }

  #expect(part: Part, wantedBytes: number, left: number): void {
    this.#part = part;
    this.#headerBytes = 0;
    this.#wantedBytes = wantedBytes;
    this.#left = left;
  }

  #frame(magic: number): void {
    this.#isSkipped = magic >= 0x184d2a50 && magic <= 0x184d2a5f;
    if (this.#isSkipped) return this.#expect('skippable-size', 4, 0);
    if (magic === frameMagic) return this.#expect('descriptor', 1, 0);
    throw new CompressionFault('layer-compression-invalid', 'bytes follow a zstd frame that are not another frame');
  }

  /** The bytes of the header that follow its descriptor. */
  #descriptor(descriptor: number): number {
    this.#hasChecksum = (descriptor & 0x04) !== 0;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
    return (isSingleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes;
  }

  #block(header: number): void {
    const isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw new CompressionFault('layer-compression-invalid', 'a zstd block has the reserved type');
    // A run-length block stores one byte, however long the run.
    const storedBytes = type === 1 ? 1 : header >> 3;
    if (!isLast) this.#expect('block', 3, storedBytes);
    else if (this.#hasChecksum) this.#expect('checksum', 4, storedBytes);
    else this.#expect('magic', 4, storedBytes);
  }
}

function isFrame(piece: Buffer, at: number): boolean {
  return piece.length - at >= 4 && piece.readUInt32LE(at) === frameMagic;
}
