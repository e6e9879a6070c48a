import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bufferSource, type ByteSource } from '@tidewaiter/formats';
import type { ContentMemory } from './content-memory';

/** Content of one file on its way to the extractors: in memory, or in a temporary file when it is large. */
export interface FileSpool {
  write(piece: Buffer): void;
  /** What was written. Readable until `close`. */
  source(): ByteSource;
  /** The same, also when the piece that it came in is gone. */
  keep(): ByteSource;
  close(): void;
}

export function fileSpool(sizeBytes: number, memoryFileBytes: number, memory: ContentMemory): FileSpool {
  return sizeBytes <= memoryFileBytes ? memorySpool(sizeBytes, memory) : diskSpool();
}

/** A piece that is the whole file is read where it lies; only what comes in several is put together. */
function memorySpool(sizeBytes: number, memory: ContentMemory): FileSpool {
  let whole: Buffer | undefined;
  let taken: Buffer | undefined;
  let filled = 0;
  const source = () => bufferSource(whole ?? taken?.subarray(0, filled) ?? Buffer.alloc(0));
  return {
    write(piece) {
      if (piece.length === sizeBytes) whole = piece;
      else filled += piece.copy((taken ??= memory.take(sizeBytes)), filled);
    },
    source,
    keep: () => (whole === undefined ? source() : bufferSource(Buffer.from(whole))),
    close() {
      if (taken !== undefined) memory.give(taken);
      taken = undefined;
    },
  };
}

/** The name is gone at once: whatever happens to this process, nothing stays behind. */
function diskSpool(): FileSpool {
  const file = join(tmpdir(), `tidewaiter-${randomUUID()}`);
  const descriptor = openSync(file, 'wx+', 0o600);
  unlinkSync(file);
  let sizeBytes = 0;
  return {
    write(piece) {
      for (let at = 0; at < piece.length;) {
        const written = writeSync(descriptor, piece, at, piece.length - at, sizeBytes);
        at += written;
        sizeBytes += written;
      }
    },
    source: () => windowed(descriptor, sizeBytes),
    keep: () => windowed(descriptor, sizeBytes),
    close: () => closeSync(descriptor),
  };
}

const windowBytes = 256 * 1024;

/** Small reads near one another come out of one window: a reader of headers would else make a system call for each. */
function windowed(descriptor: number, sizeBytes: number): ByteSource {
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;
  return {
    sizeBytes,
    read(start, end) {
      const from = Math.min(Math.max(0, start), sizeBytes);
      const to = Math.min(Math.max(from, end), sizeBytes);
      if (from < windowStart || to > windowStart + window.length) {
        window = readFully(descriptor, from, Math.min(sizeBytes, Math.max(to, from + windowBytes)));
        windowStart = from;
      }
      return window.subarray(from - windowStart, to - windowStart);
    },
  };
}

function readFully(descriptor: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  let filled = 0;
  while (filled < bytes.length) {
    const bytesRead = readSync(descriptor, bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
