/** What a column holds. Integers that a number cannot hold exactly are bigints. */
export type SqliteValue = null | number | bigint | string | Buffer;

/** Reads the variable-length integers of one page or record; NaN where the bytes end before the integer does. */
export class Varints {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  /** Seven bits a byte, the ninth byte whole. Beyond 2^53 it is rounded, which only matters to the ids of such rows. */
  next(): number {
    const start = this.at;
    let value = 0;
    for (let length = 1; length < 9; length++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return Number.NaN;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    this.at++;
    return this.at > this.bytes.length ? Number.NaN : nineBytes(this.bytes.subarray(start, this.at));
  }
}

/** All 64 bits, as negative numbers have. */
function nineBytes(bytes: Buffer): number {
  let value = 0n;
  for (const [at, byte] of bytes.entries())
    value = at < 8 ? (value << 7n) | BigInt(byte & 0x7f) : (value << 8n) | BigInt(byte);
  return Number(BigInt.asIntN(64, value));
}

/**
 * The wanted columns of a record, https://sqlite.org/fileformat2.html#record_format, or `undefined` where it is damaged. A record
 * that was written before a column was added ends before it: `null`.
 */
export function readRecord(
  record: Buffer,
  wanted: readonly number[],
  encoding: string,
): readonly SqliteValue[] | undefined {
  const header = new Varints(record, 0);
  const headerEnd = header.next();
  if (!(headerEnd >= 1 && headerEnd <= record.length)) return undefined;
  const values = new Array<SqliteValue>(wanted.length).fill(null);
  let at = headerEnd;
  for (let column = 0; header.at < headerEnd; column++) {
    const type = header.next();
    const length = lengthOf(type);
    if (!(length >= 0) || header.at > headerEnd || at + length > record.length) return undefined;
    for (const [place, index] of wanted.entries()) {
      if (index === column) values[place] = valueOf(type, record.subarray(at, at + length), encoding);
    }
    at += length;
  }
  return values;
}

const fixedLengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function lengthOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return fixedLengths[type] ?? Number.NaN;
}

function valueOf(type: number, bytes: Buffer, encoding: string): SqliteValue {
  if (type >= 12) {
    if (type % 2 === 0) return bytes;
    return encoding === 'utf8' ? bytes.toString('utf8') : new TextDecoder(encoding).decode(bytes);
  }
  switch (type) {
    case 0:
      return null;
    case 6: {
      const value = bytes.readBigInt64BE(0);
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
    case 7:
      return bytes.readDoubleBE(0);
    case 8:
      return 0;
    case 9:
      return 1;
    default:
      return bytes.readIntBE(0, bytes.length);
  }
}
