import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { systemCodeOf, UnexpectedError } from '@tidewaiter/kit';
import { CompressionFault } from './compression-fault';

/** Handing pieces from core to core costs more with smaller ones; larger ones would not stay in the cache that cores share. */
const outputBytes = 1024 * 1024;

/**
 * The part of Node's zlib objects that their own functions are made of. It is the only way to say where the output goes: a stream
 * allocates each piece anew, and collecting a gigabyte of pieces costs as much as inflating them.
 */
interface ZlibEngine {
  readonly _handle: {
    /** Works in a thread of libuv's pool; `cb` is called then. The input and the output must stay as they are until it is. */
    write(
      flush: number,
      input: Uint8Array | null,
      inputStart: number,
      inputBytes: number,
      output: Uint8Array,
      outputStart: number,
      outputBytes: number,
    ): void;
    cb: () => void;
  };
  /** Free bytes of the output and unread bytes of the input after a write. */
  readonly _writeState: Uint32Array;
}

/**
 * Decompresses a stream in another thread, always one piece ahead: while the caller works one off, the next one is made. A piece is
 * valid until the next one is asked for. @throws CompressionFault `layer-truncated`, `layer-compression-invalid`
 */
export async function* inflated(source: AsyncGenerator<Buffer>, compression: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  const inflater = new Inflater(source, compression);
  try {
    for (let isMore = await inflater.begin(); isMore;) {
      const piece = await inflater.piece();
      isMore = await inflater.begin();
      if (piece.length > 0) yield piece;
    }
  } finally {
    await inflater.close();
    await source.return(undefined);
  }
}

class Inflater {
  readonly #zlib: Gunzip | ZstdDecompress;
  readonly #engine: ZlibEngine;
  /** Used in turn: one is filled while the other is read. */
  #output = Buffer.allocUnsafeSlow(outputBytes);
  #otherOutput = Buffer.allocUnsafeSlow(outputBytes);
  /** Null when the source has no more. */
  #input: Buffer | null = Buffer.alloc(0);
  #unreadBytes = 0;
  /** The last output was full: there may be more before any input is needed. */
  #isFull = false;
  /** What was written ended a zstd frame, and there is another behind it. */
  #isBetweenFrames = false;
  /** The compressed stream has ended: what follows is padding, zeroes that fill a block. */
  #isEnded = false;
  #work: Promise<void> = Promise.resolve();
  #fail: (error: Error) => void = () => undefined;

  constructor(
    private readonly source: AsyncGenerator<Buffer>,
    private readonly compression: 'gzip' | 'zstd',
  ) {
    this.#zlib =
      compression === 'gzip'
        ? createGunzip()
        : // RFC 8878 recommends windows of 8 MiB; encoders at their highest level use up to 128 MiB.
          createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 27 } });
    this.#engine = engineOf(this.#zlib);
    this.#zlib.on('error', (error) => this.#fail(zlibFault(error)));
    // What was written to a destroyed stream is only reported; to any other, it is taken for the stream's own output.
    Object.defineProperty(this.#zlib, 'destroyed', { value: true });
  }

  /** Sets the other thread to work on the next piece; false behind the last. */
  async begin(): Promise<boolean> {
    if (!this.#isFull && !this.#isBetweenFrames && !(await this.#read())) return false;
    [this.#output, this.#otherOutput] = [this.#otherOutput, this.#output];
    this.#work = this.#write();
    // A fault belongs to the piece; it is thrown when that is asked for.
    this.#work.catch(() => undefined);
    return true;
  }

  /** What was begun. It may be empty. */
  async piece(): Promise<Buffer> {
    await this.#work;
    const [free = 0, left = 0] = this.#engine._writeState;
    this.#unreadBytes = left;
    this.#isFull = free === 0;
    // Input that is left although there is room for output lies behind the end, of a frame or of everything.
    const isBehindEnd = !this.#isFull && left > 0;
    this.#isBetweenFrames = isBehindEnd && this.compression === 'zstd';
    this.#isEnded = isBehindEnd && this.compression === 'gzip';
    return this.#output.subarray(0, outputBytes - free);
  }

  /** Nothing is closed under the thread that uses it. A fault of what was begun and never asked for concerns nobody. */
  async close(): Promise<void> {
    await this.#work.catch(() => undefined);
    this.#zlib.destroy();
  }

  /** Whether there is something to write; at the end of the source that is the word that no more comes. */
  async #read(): Promise<boolean> {
    if (this.#input === null) return false;
    do {
      const next = await this.source.next();
      this.#input = next.done === true ? null : next.value;
    } while (this.#isEnded && this.#input !== null);
    this.#unreadBytes = this.#input?.length ?? 0;
    return !this.#isEnded;
  }

  #write(): Promise<void> {
    const input = this.#input;
    return new Promise((resolve, reject) => {
      const handle = this.#engine._handle;
      handle.cb = resolve;
      this.#fail = reject;
      const start = (input?.length ?? 0) - this.#unreadBytes;
      const flush = input === null ? constants.Z_FINISH : constants.Z_NO_FLUSH;
      handle.write(flush, input, start, this.#unreadBytes, this.#output, 0, outputBytes);
    });
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
  return typeof handle?.write === 'function' && ArrayBuffer.isView(state);
}

function zlibFault(error: Error): Error {
  const code = systemCodeOf(error) ?? '';
  if (code === 'Z_BUF_ERROR') {
    return new CompressionFault('layer-truncated', 'the compressed stream ends too early', { cause: error });
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return new CompressionFault('layer-compression-invalid', 'the compressed stream is damaged', { cause: error });
  }
  return error;
}
