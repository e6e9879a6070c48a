import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { CompressionFault } from './compression-fault';
import { systemCodeOf } from './system-error';
import { looksLikeTar } from './tar/tar-header';
import { splitZstdFrames } from './zstd-frames';

export type Compression = 'gzip' | 'zstd' | 'none' | 'bzip2' | 'xz' | 'unknown';

/** Enough to recognise every compression and a tar header. */
const sniffBytes = 512;
/** Large pieces keep the cost of a hop between threads small against the work of inflating one. */
const streamOptions = {
  chunkSize: 256 * 1024,
  readableHighWaterMark: 2 * 1024 * 1024,
  writableHighWaterMark: 1024 * 1024,
};

/** What the stream really is; the declared media type is not trusted. RFC 1952, RFC 8878. */
export function sniffCompression(head: Buffer): Compression {
  if (head.length === 0) return 'none';
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4) {
    const magic = head.readUInt32LE(0);
    if (magic === 0xfd2fb528 || (magic >= 0x184d2a50 && magic <= 0x184d2a5f)) return 'zstd';
  }
  if (looksLikeTar(head)) return 'none';
  if (head.toString('latin1', 0, 3) === 'BZh') return 'bzip2';
  if (head.toString('latin1', 0, 6) === '\xfd7zXZ\0') return 'xz';
  return 'unknown';
}

/** The uncompressed bytes of a stream, whatever it is compressed with. Every byte of the source is consumed unless the reader stops. */
export async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const input = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(input);
    const rest = prepend(head, input);
    const compression = sniffCompression(Buffer.concat(head));
    switch (compression) {
      case 'none':
        yield* rest;
        return;
      case 'gzip':
        yield* inflated(rest, createGunzip(streamOptions));
        return;
      case 'zstd':
        yield* unzstd(rest);
        return;
      default:
        throw new CompressionFault(
          'layer-compression-unsupported',
          compression === 'unknown'
            ? 'the bytes are neither a tar archive nor compressed by gzip or zstd'
            : `the bytes are compressed by ${compression}, which runtimes do not unpack`,
        );
    }
  } finally {
    await input.return?.();
  }
}

async function readHead(input: AsyncIterator<Uint8Array>): Promise<Buffer[]> {
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes < sniffBytes) {
    const next = await input.next();
    if (next.done === true) break;
    head.push(asBuffer(next.value));
    bytes += next.value.length;
  }
  return head;
}

async function* prepend(head: readonly Buffer[], input: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  yield* head;
  for (;;) {
    const next = await input.next();
    if (next.done === true) return;
    yield asBuffer(next.value);
  }
}

/** Each zstd frame is a stream of its own: Node's decompressor stops after the first. */
async function* unzstd(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  for await (const frame of splitZstdFrames(source)) {
    const decompressor = createZstdDecompress({
      ...streamOptions,
      // RFC 8878 recommends 8 MiB; encoders at their highest level use up to 128 MiB.
      params: { [constants.ZSTD_d_windowLogMax]: 27 },
    });
    yield* inflated(frame, decompressor);
  }
}

/**
 * Feeds a zlib stream by hand. The thread pool inflates the next piece while the caller works on this one, and an error of the
 * source arrives at the caller unchanged.
 */
async function* inflated(source: AsyncGenerator<Buffer>, inflate: Gunzip | ZstdDecompress): AsyncGenerator<Buffer> {
  const feeding = feed(source, inflate);
  feeding.catch(() => inflate.destroy());
  try {
    for await (const chunk of inflate) yield asBuffer(chunk as Uint8Array); // A zlib stream is typed as yielding any.
    await feeding;
  } catch (error) {
    // What happened to the source is the reason, when something did.
    await feeding;
    throw zlibFault(error);
  } finally {
    inflate.destroy();
    await source.return(undefined);
  }
}

async function feed(source: AsyncGenerator<Buffer>, inflate: Gunzip | ZstdDecompress): Promise<void> {
  let wake = ignore;
  for (const event of ['drain', 'close', 'end', 'error']) inflate.on(event, () => wake());
  for await (const chunk of source) {
    // Once the stream has ended or failed, the rest is only consumed: whoever wraps the source still hashes it.
    if (inflate.destroyed || inflate.readableEnded) continue;
    const moved = new Promise<void>((resolve) => (wake = resolve));
    if (!inflate.write(chunk)) await moved;
  }
  inflate.end();
}

function ignore(): void {
  // Nobody waits.
}

function zlibFault(error: unknown): Error {
  const code = systemCodeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new CompressionFault('layer-truncated', 'the compressed stream ends too early', { cause: error });
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return new CompressionFault('layer-compression-invalid', `the compressed stream is damaged (${code})`, {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
