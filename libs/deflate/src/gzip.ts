import { crc32 } from 'node:zlib';
import { DeflateFault } from './fault';
import { Inflater } from './inflater';

const trailerBytes = 8;
/** Flags of a member's header. RFC 1952, section 2.3.1. */
const hasHeaderChecksum = 2;
const hasExtraField = 4;
const hasName = 8;
const hasComment = 16;
const unknownFlags = 0xe0;

/**
 * Inflates a gzip file (RFC 1952) as it arrives: its members one after the other, each against its checksum and size. Zeroes behind
 * the last are padding, as in archives on tapes, and end it. A piece is valid until the next one is asked for.
 * @throws DeflateFault
 */
export async function* gunzipped(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Buffer> {
  const inflater = idle.pop() ?? new Inflater();
  try {
    const members = new GzipMembers(inflater);
    for await (const bytes of source) {
      for (let at = 0; at < bytes.length;) {
        at += members.write(at === 0 ? bytes : bytes.subarray(at));
        yield* members.pieces();
      }
    }
    members.end();
    yield* members.pieces();
  } finally {
    idle.push(inflater);
  }
}

/** Each has half a megabyte of its own; as many as were ever at work at once are kept. */
const idle: Inflater[] = [];

class GzipMembers {
  readonly #inflater: Inflater;
  #place: 'header' | 'body' | 'trailer' | 'between' | 'padding' = 'header';
  #isLast = false;
  #checksum = 0;
  #size = 0;
  /** So much of the output belongs to earlier members or is in the checksum already. */
  #checked = 0;

  constructor(inflater: Inflater) {
    inflater.reset();
    this.#inflater = inflater;
  }

  write(bytes: Uint8Array): number {
    return this.#inflater.write(bytes);
  }

  end(): void {
    this.#inflater.end();
    this.#isLast = true;
  }

  /** What can be made of the input so far, in large pieces; the last may be smaller. */
  *pieces(): Generator<Buffer> {
    while (this.#advance()) {
      if (this.#place !== 'body') continue;
      yield this.#inflater.output();
      this.#release();
    }
    if (!this.#isLast) return;
    const rest = this.#inflater.output();
    if (rest.length > 0) yield rest;
  }

  /** False when there is nothing to be done without more input; true with the body unfinished when the output is full. */
  #advance(): boolean {
    switch (this.#place) {
      case 'header':
        return this.#readHeader();
      case 'body':
        return this.#readBody();
      case 'trailer':
        return this.#readTrailer();
      case 'between':
        return this.#lookBehind();
      case 'padding':
        this.#inflater.skip(this.#inflater.unread().length);
        return false;
    }
  }

  #readHeader(): boolean {
    const bytes = this.#inflater.unread();
    const length = headerLength(bytes);
    if (length === undefined) {
      if (this.#isLast) throw new DeflateFault('deflate-truncated', 'ends too early');
      if (this.#inflater.isInputFull) throw new DeflateFault('deflate-invalid', 'has a header without end');
      return false;
    }
    this.#inflater.skip(length);
    this.#inflater.begin();
    this.#checksum = 0;
    this.#size = 0;
    this.#place = 'body';
    return this.#readBody();
  }

  #readBody(): boolean {
    const stop = this.#inflater.inflate();
    const made = this.#inflater.output().subarray(this.#checked);
    this.#checksum = crc32(made, this.#checksum);
    this.#size += made.length;
    this.#checked += made.length;
    if (stop === 'end') this.#place = 'trailer';
    return stop !== 'input';
  }

  #readTrailer(): boolean {
    const bytes = this.#inflater.unread();
    if (bytes.length < trailerBytes) {
      if (this.#isLast) throw new DeflateFault('deflate-truncated', 'ends too early');
      return false;
    }
    if (bytes.readUInt32LE(0) !== this.#checksum || bytes.readUInt32LE(4) !== this.#size % 2 ** 32) {
      throw new DeflateFault('deflate-invalid', 'does not match its checksum');
    }
    this.#inflater.skip(trailerBytes);
    this.#place = 'between';
    return true;
  }

  #lookBehind(): boolean {
    const [next] = this.#inflater.unread();
    if (next === undefined) return false;
    this.#place = next === 0 ? 'padding' : 'header';
    return true;
  }

  #release(): void {
    this.#inflater.release();
    this.#checked = 0;
  }
}

/** Undefined if the header goes on behind the bytes. */
function headerLength(bytes: Buffer): number | undefined {
  if (bytes.length < 10) return undefined;
  const flags = bytes.readUInt8(3);
  if (bytes.readUInt16BE(0) !== 0x1f8b || bytes[2] !== 8 || (flags & unknownFlags) !== 0) {
    throw new DeflateFault('deflate-invalid', 'has a header that is not one of gzip');
  }
  let length = 10;
  if ((flags & hasExtraField) !== 0) {
    if (bytes.length < length + 2) return undefined;
    length += 2 + bytes.readUInt16LE(length);
  }
  for (const flag of [hasName, hasComment]) {
    if ((flags & flag) === 0) continue;
    const end = length < bytes.length ? bytes.indexOf(0, length) : -1;
    if (end < 0) return undefined;
    length = end + 1;
  }
  if ((flags & hasHeaderChecksum) !== 0) {
    if (bytes.length < length + 2) return undefined;
    if (bytes.readUInt16LE(length) !== (crc32(bytes.subarray(0, length)) & 0xffff)) {
      throw new DeflateFault('deflate-invalid', 'has a header that does not match its checksum');
    }
    length += 2;
  }
  return length <= bytes.length ? length : undefined;
}
