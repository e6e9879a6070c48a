import { closeSync, openSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const chunkBytes = 512 * 1024;

export interface FilePlace {
  readonly path: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** Bytes that lie in a file of this machine: whoever reads them in another thread reads them there. */
export class LocalBytes implements FilePlace, AsyncIterable<Uint8Array> {
  constructor(
    readonly path: string,
    readonly start: number,
    readonly sizeBytes: number,
    /** To be told of what was read, wherever that was. */
    readonly onRead?: (bytes: number) => void,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const handle = await open(this.path, 'r');
    try {
      for await (const piece of streamSpan(handle, this.start, this.sizeBytes)) {
        this.onRead?.(piece.length);
        yield piece;
      }
    } finally {
      await handle.close();
    }
  }
}

/**
 * The bytes, read on the spot into one buffer that is used again. A piece is valid until the next one is asked for. For threads that
 * have nothing else to do: it waits for the disk.
 */
export function* readInPlace({ path, start, sizeBytes }: FilePlace): Generator<Buffer> {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(chunkBytes);
    for (let at = 0; at < sizeBytes;) {
      const bytesRead = readSync(descriptor, buffer, 0, Math.min(chunkBytes, sizeBytes - at), start + at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(descriptor);
  }
}

export async function readSpan(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A chunk is given away, so each has its own memory. */
export async function* streamSpan(handle: FileHandle, start: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length;) {
    const piece = await readSpan(handle, start + at, Math.min(chunkBytes, length - at));
    if (piece.length === 0) return;
    at += piece.length;
    yield piece;
  }
}
