/** Why an archive is not read to its end; the message continues a sentence that begins with its name. */
export class TarFault extends Error {
  readonly code = 'tar-invalid';
}

export interface TarLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
}

export interface TarFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Absent for a file larger than the limit. */
  readonly content?: Buffer;
}

const block = 512;
/** Of a header that only carries a name. */
const maxNameRecordBytes = 64 * 1024;

/**
 * The regular files of a tar archive that `wanted` asks for, in order, each whole. Links, directories and devices are left
 * out: an archive of records has none that matter. POSIX.1-2001 (ustar and pax) and GNU's long names.
 * @throws TarFault
 */
export async function* readTarFiles(
  chunks: AsyncIterable<Buffer>,
  wanted: (name: string) => boolean,
  limits: TarLimits,
): AsyncGenerator<TarFile> {
  const bytes = new Bytes(chunks);
  try {
    yield* filesIn(bytes, wanted, limits);
  } finally {
    await bytes.close();
  }
}

async function* filesIn(bytes: Bytes, wanted: (name: string) => boolean, limits: TarLimits): AsyncGenerator<TarFile> {
  let pending: { name?: string; sizeBytes?: number } = {};
  for (let files = 0; ;) {
    const header = await bytes.take(block);
    // Two empty blocks end an archive; some writers leave them out.
    if (header === undefined || header.every((byte) => byte === 0)) return;
    const type = String.fromCharCode(header[156] ?? 0);
    const sizeBytes = pending.sizeBytes ?? numberIn(header.subarray(124, 136));
    if (type === 'L' || type === 'x') {
      const record = await nameRecord(bytes, numberIn(header.subarray(124, 136)));
      pending = type === 'L' ? { ...pending, name: untilNul(record) } : { ...pending, ...paxFields(record) };
      continue;
    }
    const name = pending.name ?? ustarName(header);
    pending = {};
    const isFile = type === '0' || type === '\0' || type === '7';
    if (!isFile || !wanted(name)) {
      await bytes.skip(padded(sizeBytes));
      continue;
    }
    files += 1;
    if (files > limits.maxFiles) throw new TarFault(`has more than ${limits.maxFiles} files`);
    if (sizeBytes > limits.maxFileBytes) {
      await bytes.skip(padded(sizeBytes));
      yield { name, sizeBytes };
      continue;
    }
    const content = await bytes.take(padded(sizeBytes));
    if (content === undefined) throw new TarFault(`ends within ${name}`);
    yield { name, sizeBytes, content: content.subarray(0, sizeBytes) };
  }
}

async function nameRecord(bytes: Bytes, sizeBytes: number): Promise<Buffer> {
  if (sizeBytes > maxNameRecordBytes) throw new TarFault(`has a name of more than ${maxNameRecordBytes} bytes`);
  const record = await bytes.take(padded(sizeBytes));
  if (record === undefined) throw new TarFault('ends within a name');
  return record.subarray(0, sizeBytes);
}

/** `LENGTH KEY=VALUE\n`, the length counting all of it. */
function paxFields(record: Buffer): { name?: string; sizeBytes?: number } {
  const found: { name?: string; sizeBytes?: number } = {};
  for (let at = 0; at < record.length;) {
    const blank = record.indexOf(0x20, at);
    const length = Number(record.toString('latin1', at, blank));
    if (blank === -1 || !Number.isInteger(length) || length <= blank - at)
      throw new TarFault('has a damaged pax header');
    const [, key, value] = /^([^=]{1,100})=([^]*)$/.exec(record.toString('utf8', blank + 1, at + length - 1)) ?? [];
    if (key === 'path' && value !== undefined) found.name = value;
    if (key === 'size' && value !== undefined && /^\d{1,15}$/.test(value)) found.sizeBytes = Number(value);
    at += length;
  }
  return found;
}

function ustarName(header: Buffer): string {
  const name = untilNul(header.subarray(0, 100));
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? untilNul(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** Octal digits; GNU writes what does not fit in base 256 behind a set highest bit. */
function numberIn(field: Buffer): number {
  const [first = 0] = field;
  const value = first >= 0x80 ? Number(BigInt(`0x${field.subarray(1).toString('hex')}`)) : octal(field);
  if (!Number.isSafeInteger(value)) throw new TarFault('has an impossible header');
  return value;
}

function octal(field: Buffer): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / block) * block;
}

class Bytes {
  #held: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly that many; undefined at the end. */
  async take(count: number): Promise<Buffer | undefined> {
    if (this.#held.length < count) {
      const waiting = [this.#held];
      let length = this.#held.length;
      while (length < count) {
        const next = await this.#chunks.next();
        if (next.done === true) {
          if (length > 0) throw new TarFault('is cut off');
          return undefined;
        }
        waiting.push(next.value);
        length += next.value.length;
      }
      this.#held = Buffer.concat(waiting);
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async skip(count: number): Promise<void> {
    let left = count - this.#held.length;
    if (left <= 0) {
      this.#held = this.#held.subarray(count);
      return;
    }
    while (left > 0) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new TarFault('ends within a file');
      this.#held = next.value.subarray(Math.min(left, next.value.length));
      left -= next.value.length;
    }
  }
}
