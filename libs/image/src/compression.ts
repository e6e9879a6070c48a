import { DeflateFault, gunzipped } from '@tidewaiter/deflate';
import { CompressionFault } from './compression-fault';
import { inflated } from './inflater';
import { looksLikeTar } from './tar/tar-header';
import { zstdFrames } from './zstd-frames';

export type Compression = 'gzip' | 'zstd' | 'none' | 'bzip2' | 'xz' | 'unknown';

/** Enough to recognise every compression and a tar header. */
const sniffBytes = 512;
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

/**
 * Who inflates gzip: another thread beside the one that reads, which is done sooner where a processor has nothing to do; or the
 * reader itself, which costs less.
 */
export type Inflating = 'beside' | 'here';

/**
 * The uncompressed bytes of a stream, whatever it is compressed with. A piece is valid until the next one is asked for. Every byte
 * of the source is consumed unless the reader stops.
 */
export async function* decompressed(
  source: AsyncIterable<Uint8Array>,
  inflating: Inflating = 'beside',
): AsyncGenerator<Buffer> {
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
        yield* inflating === 'here' ? inflatedHere(rest) : inflated(rest, 'gzip');
        return;
      case 'zstd':
        yield* inflated(zstdFrames(rest), 'zstd');
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

async function* inflatedHere(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* gunzipped(source);
  } catch (error) {
    if (!(error instanceof DeflateFault)) throw error;
    throw error.code === 'deflate-truncated'
      ? new CompressionFault('layer-truncated', 'the compressed stream ends too early', { cause: error })
      : new CompressionFault('layer-compression-invalid', 'the compressed stream is damaged', { cause: error });
  }
}

async function readHead(input: AsyncIterator<Uint8Array>): Promise<Buffer[]> {
  const head: Buffer[] = [];
  let bytes = 0;
  while (bytes < sniffBytes) {
    const next = await input.next();
    if (next.done === true) break;
    // Kept beyond the next step, so it is copied; but for tiny pieces there is only one.
    head.push(bytes + next.value.length < sniffBytes ? Buffer.from(next.value) : asBuffer(next.value));
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

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
