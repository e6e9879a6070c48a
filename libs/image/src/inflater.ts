import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { UnexpectedError } from '@tidewaiter/kit';
import { CompressionFault } from './compression-fault';
import { systemCodeOf } from './system-error';

/** Fits the cache of a core together with what is read from it: the tar walk and the hashes find the bytes warm. */
const outputBytes = 256 * 1024;

/**
 * The part of Node's zlib objects that their own synchronous functions are made of. It is the only way to say where the output
 * goes: a stream allocates each piece anew, and collecting a gigabyte of pieces costs as much as inflating them.
 */
interface ZlibEngine {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array | null,
      inputStart: number,
      inputBytes: number,
      output: Uint8Array,
      outputStart: number,
      outputBytes: number,
    ): void;
  };
  /** Free bytes of the output and unread bytes of the input after a write. */
  readonly _writeState: Uint32Array;
}

/** Decompresses piece by piece into one buffer that is used again and again. What it yields is valid until the next step. */
export class Inflater {
  readonly #zlib: Gunzip | ZstdDecompress;
  readonly #engine: ZlibEngine;
  readonly #output = Buffer.allocUnsafeSlow(outputBytes);
  #isEnded = false;

  constructor(compression: 'gzip' | 'zstd') {
    this.#zlib =
      compression === 'gzip'
        ? createGunzip()
        : // RFC 8878 recommends windows of 8 MiB; encoders at their highest level use up to 128 MiB.
          createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } });
    this.#engine = engineOf(this.#zlib);
    // What went wrong is read from `errored` at once; the event comes later and has nobody to tell.
    this.#zlib.on('error', () => undefined);
  }

  write(input: Buffer): Generator<Buffer> {
    return this.#step(input, constants.Z_NO_FLUSH);
  }

  /** Says that no more input comes. @throws CompressionFault `layer-truncated` */
  end(): Generator<Buffer> {
    return this.#step(null, constants.Z_FINISH);
  }

  close(): void {
    this.#zlib.destroy();
  }

  *#step(input: Buffer | null, flush: number): Generator<Buffer> {
    const { _handle: handle, _writeState: state } = this.#engine;
    let unread = input?.length ?? 0;
    for (let isFull = true; isFull && !this.#isEnded;) {
      handle.writeSync(flush, input, (input?.length ?? 0) - unread, unread, this.#output, 0, outputBytes);
      if (this.#zlib.errored !== null) throw zlibFault(this.#zlib.errored);
      const [free = 0, left = 0] = state;
      unread = left;
      isFull = free === 0;
      // Input that is left although there is room for output is padding behind the end: zeroes that fill a block.
      this.#isEnded = !isFull && left > 0;
      if (free < outputBytes) yield this.#output.subarray(0, outputBytes - free);
    }
  }
}

function engineOf(zlib: Gunzip | ZstdDecompress): ZlibEngine {
  if (isEngine(zlib)) return zlib;
  throw new UnexpectedError(
    'zlib-unknown',
    `The zlib of Node ${process.version} is built in a way that is not known here; run with Node 24.`,
  );
}

function isEngine(zlib: object): zlib is ZlibEngine {
  const { _handle: handle, _writeState: state } = zlib as Partial<ZlibEngine>; // Looked at property by property.
  return typeof handle?.writeSync === 'function' && ArrayBuffer.isView(state);
}

function zlibFault(error: Error): Error {
  const code = systemCodeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new CompressionFault('layer-truncated', 'the compressed stream ends too early', { cause: error });
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return new CompressionFault('layer-compression-invalid', `the compressed stream is damaged (${code})`, {
      cause: error,
    });
  }
  return error;
}
