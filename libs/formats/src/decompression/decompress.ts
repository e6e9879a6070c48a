import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { messageOf, systemCodeOf } from '@tidewaiter/kit';
import { Bzip2Fault } from '../bzip2/bit-reader';
import { bunzip2 } from '../bzip2/bzip2';
import type { RandomAccessFile } from '../byte-source';

export type Compression = 'none' | 'gzip' | 'bzip2' | 'zstd' | 'xz';

/** Why a compressed file is not read to its end; the message continues a sentence that begins with its name. */
export class DecompressionFault extends Error {
  constructor(
    readonly code: 'compression-invalid' | 'compression-unsupported' | 'compression-too-large',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const chunkBytes = 256 * 1024;

/** By its first bytes; what a file is called is not asked. RFC 1952, RFC 8878. */
export async function compressionOf(file: RandomAccessFile): Promise<Compression> {
  const head = Buffer.alloc(6);
  const length = await file.read(head, 0);
  const magic = head.toString('latin1', 0, length);
  if (magic.startsWith('\x1f\x8b')) return 'gzip';
  if (magic.startsWith('BZh')) return 'bzip2';
  if (magic.startsWith('\x28\xb5\x2f\xfd')) return 'zstd';
  if (magic.startsWith('\xfd7zXZ\0')) return 'xz';
  return 'none';
}

/**
 * The bytes of a file as they were before it was compressed, a piece at a time, at most `maxBytes` of them.
 * @throws DecompressionFault
 */
export async function* decompress(file: RandomAccessFile, maxBytes: number): AsyncGenerator<Buffer> {
  let left = maxBytes;
  for await (const chunk of pieces(file, await compressionOf(file))) {
    left -= chunk.length;
    if (left < 0) throw new DecompressionFault('compression-too-large', `holds more than ${maxBytes} bytes`);
    yield chunk;
  }
}

async function* pieces(file: RandomAccessFile, compression: Compression): AsyncGenerator<Buffer> {
  switch (compression) {
    case 'none':
      yield* rawBytes(file, 0);
      return;
    case 'gzip':
      yield* inflated(file, 0, createGunzip({ chunkSize: chunkBytes }));
      return;
    case 'zstd':
      yield* unzstd(file);
      return;
    case 'bzip2':
      yield* unbzip2(file);
      return;
    case 'xz':
      throw new DecompressionFault(
        'compression-unsupported',
        'is compressed by xz, which is not read; unpack it first',
      );
  }
}

async function* rawBytes(file: RandomAccessFile, start: number): AsyncGenerator<Buffer> {
  for (let at = start; at < file.sizeBytes;) {
    const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, file.sizeBytes - at));
    const length = await file.read(chunk, at);
    if (length === 0) return;
    at += length;
    yield chunk.subarray(0, length);
  }
}

/** Each frame is a stream of its own, and Node's decompressor stops after the first. RFC 8878, section 3.1. */
async function* unzstd(file: RandomAccessFile): AsyncGenerator<Buffer> {
  // The format recommends 8 MiB of memory; encoders at their highest level use up to 128 MiB.
  const options = { chunkSize: chunkBytes, params: { [constants.ZSTD_d_windowLogMax]: 27 } };
  for (let at = 0; at < file.sizeBytes;) {
    const frame = createZstdDecompress(options);
    yield* inflated(file, at, frame);
    if (frame.bytesWritten === 0) throw new DecompressionFault('compression-invalid', 'has a frame without bytes');
    at += frame.bytesWritten;
  }
}

async function* unbzip2(file: RandomAccessFile): AsyncGenerator<Buffer> {
  try {
    yield* bunzip2(rawBytes(file, 0));
  } catch (error) {
    if (!(error instanceof Bzip2Fault)) throw error;
    throw new DecompressionFault('compression-invalid', `is not unpacked: ${error.message}`, { cause: error });
  }
}

/** The thread pool inflates the next piece while the caller works on this one. */
async function* inflated(
  file: RandomAccessFile,
  start: number,
  inflate: Gunzip | ZstdDecompress,
): AsyncGenerator<Buffer> {
  const feeding = feed(file, start, inflate);
  // The reader below sees the same failure, as the error of the stream.
  feeding.catch((error: unknown) => inflate.destroy(error instanceof Error ? error : new Error(String(error))));
  try {
    for await (const chunk of inflate) yield chunk as Buffer; // A zlib stream is typed as yielding any.
    await feeding;
  } catch (error) {
    if (!isZlibs(error)) throw error;
    throw new DecompressionFault('compression-invalid', `is damaged or cut off (${messageOf(error)})`, {
      cause: error,
    });
  } finally {
    inflate.destroy();
  }
}

function isZlibs(error: unknown): boolean {
  return /^Z(?:STD)?_/.test(systemCodeOf(error) ?? '');
}

async function feed(file: RandomAccessFile, start: number, inflate: Gunzip | ZstdDecompress): Promise<void> {
  let wake = ignore;
  for (const event of ['drain', 'close', 'end', 'error']) inflate.on(event, () => wake());
  for await (const chunk of rawBytes(file, start)) {
    if (inflate.destroyed || inflate.readableEnded) return;
    const moved = new Promise<void>((resolve) => (wake = resolve));
    if (!inflate.write(chunk)) await moved;
  }
  inflate.end();
}

function ignore(): void {
  // Nobody waits.
}
