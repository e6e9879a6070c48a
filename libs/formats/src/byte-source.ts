/** Bytes that can be read in any order, wherever they lie: in memory, or in a file that is too large for it. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes from `start` up to `end`, fewer where the source ends before. What is returned must not be changed. */
  read(start: number, end: number): Buffer;
}

/** A part of a source as a source of its own; nothing is copied. */
export function sliceSource(source: ByteSource, start: number, end: number): ByteSource {
  const from = Math.min(Math.max(0, start), source.sizeBytes);
  const sizeBytes = Math.min(Math.max(from, end), source.sizeBytes) - from;
  return {
    sizeBytes,
    read: (begin, until) =>
      source.read(from + Math.min(Math.max(0, begin), sizeBytes), from + Math.min(Math.max(0, until), sizeBytes)),
  };
}

/** The same for sources that are waited for. `read` fills `target` from `position` on and answers how many bytes it got. */
export interface RandomAccessFile {
  readonly sizeBytes: number;
  read(target: Uint8Array, position: number): Promise<number>;
}

export function bufferSource(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (start, end) => bytes.subarray(Math.max(0, start), Math.max(0, end)),
  };
}

export function randomAccess(source: ByteSource): RandomAccessFile {
  return {
    sizeBytes: source.sizeBytes,
    read: (target, position) => Promise.resolve(source.read(position, position + target.length).copy(target)),
  };
}
