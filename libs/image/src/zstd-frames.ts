import { CompressionFault } from './compression-fault';

/**
 * Cuts a zstd stream into its frames without decompressing: a stream may hold any number of frames and of skippable frames
 * (zstd:chunked keeps its index in one). RFC 8878, section 3.1.
 */
export async function* splitZstdFrames(source: AsyncGenerator<Buffer>): AsyncGenerator<AsyncGenerator<Buffer>> {
  const cursor = new Cursor(source);
  while (await cursor.fill(1)) {
    const magic = (await cursor.peek(4)).readUInt32LE(0);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      const size = (await cursor.peek(8)).readUInt32LE(4);
      for await (const skipped of cursor.take(8 + size)) void skipped;
      continue;
    }
    if (magic !== 0xfd2fb528) {
      throw new CompressionFault('layer-compression-invalid', 'bytes follow a zstd frame that are not another frame');
    }
    const frame = frameBytes(cursor);
    yield frame;
    // The consumer may have stopped early; the cursor has to stand at the next frame.
    for await (const rest of frame) void rest;
  }
}

async function* frameBytes(cursor: Cursor): AsyncGenerator<Buffer> {
  const descriptor = (await cursor.peek(5))[4] ?? 0;
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryIdBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  yield* cursor.take(5 + (singleSegment ? 0 : 1) + dictionaryIdBytes + contentSizeBytes);
  for (let last = false; !last;) {
    const header = (await cursor.peek(3)).readUIntLE(0, 3);
    last = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw new CompressionFault('layer-compression-invalid', 'a zstd block has the reserved type');
    // A run-length block stores one byte, however long the run.
    yield* cursor.take(3 + (type === 1 ? 1 : header >> 3));
  }
  if ((descriptor & 0x04) !== 0) yield* cursor.take(4);
}

class Cursor {
  #buffered: Buffer = Buffer.alloc(0);

  constructor(private readonly source: AsyncGenerator<Buffer>) {}

  /** False when the stream ends before there are that many bytes. */
  async fill(bytes: number): Promise<boolean> {
    while (this.#buffered.length < bytes) {
      // A piece is gone once the next one is asked for.
      const rest = Buffer.from(this.#buffered);
      const next = await this.source.next();
      this.#buffered = rest;
      if (next.done === true) return false;
      this.#buffered = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    }
    return true;
  }

  async peek(bytes: number): Promise<Buffer> {
    if (!(await this.fill(bytes))) throw truncated();
    return this.#buffered;
  }

  async *take(bytes: number): AsyncGenerator<Buffer> {
    let left = bytes;
    while (left > 0) {
      if (!(await this.fill(1))) throw truncated();
      const piece = this.#buffered.subarray(0, left);
      this.#buffered = this.#buffered.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }
}

function truncated(): CompressionFault {
  return new CompressionFault('layer-truncated', 'the compressed stream ends too early');
}
