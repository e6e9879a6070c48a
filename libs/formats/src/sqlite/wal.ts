import type { ByteSource } from '../byte-source';

/** What a write-ahead log holds that counts: the last committed form of each page. */
export interface SqliteWal {
  readonly pageBytes: number;
  /** Of the database after the last commit. */
  readonly pageCount: number;
  /** Pages that it has another form of. */
  readonly pages: readonly number[];
  page(number: number): Buffer | undefined;
}

export interface WalReading {
  /** Absent where no commit is found. */
  readonly wal?: SqliteWal;
  /** It is no log, or a frame of this use of it is not as it was written: what was committed after that is lost. */
  readonly isDamaged: boolean;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * https://sqlite.org/fileformat2.html#walformat. Frames count up to the last commit before the first whose salts or running
 * checksum are wrong. What follows other salts is left over from an earlier use of the file.
 */
export function readWal(source: ByteSource): WalReading {
  const header = source.read(0, headerBytes);
  const opened = openHeader(header);
  if (opened === undefined) return { isDamaged: header.length > 0 };
  const { pageBytes, checksum } = opened;
  const salts = header.subarray(16, 24);
  const committed = new Map<number, number>();
  const open = new Map<number, number>();
  let pageCount = 0;
  let isDamaged = false;
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = headerBytes; at + frameBytes <= source.sizeBytes; at += frameBytes) {
    const frame = source.read(at, at + frameBytes);
    if (!frame.subarray(8, 16).equals(salts)) {
      isDamaged = isUsedFrom(source, at + frameBytes, frameBytes, salts);
      break;
    }
    checksum.add(frame.subarray(0, 8)).add(frame.subarray(frameHeaderBytes));
    if (!checksum.equals(frame, 16)) {
      isDamaged = true;
      break;
    }
    open.set(frame.readUInt32BE(0), at + frameHeaderBytes);
    const sizeAfterCommit = frame.readUInt32BE(4);
    if (sizeAfterCommit === 0) continue;
    for (const [page, place] of open) committed.set(page, place);
    open.clear();
    pageCount = sizeAfterCommit;
  }
  if (committed.size === 0) return { isDamaged };
  const wal: SqliteWal = {
    pageBytes,
    pageCount,
    pages: [...committed.keys()],
    page: (number) => {
      const place = committed.get(number);
      return place === undefined ? undefined : source.read(place, place + pageBytes);
    },
  };
  return { wal, isDamaged };
}

/** What is left of an earlier use lies behind every frame of this one. */
function isUsedFrom(source: ByteSource, start: number, frameBytes: number, salts: Buffer): boolean {
  for (let at = start; at + frameBytes <= source.sizeBytes; at += frameBytes) {
    if (source.read(at + 8, at + 16).equals(salts)) return true;
  }
  return false;
}

function openHeader(header: Buffer): { readonly pageBytes: number; readonly checksum: Checksum } | undefined {
  if (header.length < headerBytes) return undefined;
  const magic = header.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return undefined;
  const pageBytes = header.readUInt32BE(8);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const checksum = new Checksum(magic === 0x377f0683);
  return checksum.add(header.subarray(0, 24)).equals(header, 24) ? { pageBytes, checksum } : undefined;
}

/** Two sums over pairs of 32-bit words, running through the whole log. The log's magic number tells the words' byte order. */
class Checksum {
  #first = 0;
  #second = 0;

  constructor(private readonly isBigEndian: boolean) {}

  add(bytes: Buffer): this {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      this.#first = (this.#first + view.getUint32(at, !this.isBigEndian) + this.#second) >>> 0;
      this.#second = (this.#second + view.getUint32(at + 4, !this.isBigEndian) + this.#first) >>> 0;
    }
    return this;
  }

  /** What is stored is big-endian whatever the words are. */
  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}
