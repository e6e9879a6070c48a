import type { ByteSource } from '../byte-source';

/** What a write-ahead log holds that counts: the last committed form of each page. */
export interface SqliteWal {
  readonly pageBytes: number;
  /** Of the database after the last commit. */
  readonly pageCount: number;
  page(number: number): Buffer | undefined;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * https://sqlite.org/fileformat2.html#walformat. Frames count up to the last commit before the first whose salts or running
 * checksum are wrong: what follows is left over from an earlier use of the file. `undefined` where no commit is found.
 */
export function readWal(source: ByteSource): SqliteWal | undefined {
  const header = source.read(0, headerBytes);
  if (header.length < headerBytes) return undefined;
  const magic = header.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return undefined;
  const pageBytes = header.readUInt32BE(8);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const checksum = new Checksum(magic === 0x377f0683);
  if (!checksum.add(header.subarray(0, 24)).equals(header, 24)) return undefined;

  const committed = new Map<number, number>();
  const open = new Map<number, number>();
  let pageCount = 0;
  const frameBytes = frameHeaderBytes + pageBytes;
  for (let at = headerBytes; at + frameBytes <= source.sizeBytes; at += frameBytes) {
    const frame = source.read(at, at + frameBytes);
    if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) break;
    checksum.add(frame.subarray(0, 8)).add(frame.subarray(frameHeaderBytes));
    if (!checksum.equals(frame, 16)) break;
    open.set(frame.readUInt32BE(0), at + frameHeaderBytes);
    const sizeAfterCommit = frame.readUInt32BE(4);
    if (sizeAfterCommit === 0) continue;
    for (const [page, place] of open) committed.set(page, place);
    open.clear();
    pageCount = sizeAfterCommit;
  }
  if (committed.size === 0) return undefined;
  return {
    pageBytes,
    pageCount,
    page: (number) => {
      const place = committed.get(number);
      return place === undefined ? undefined : source.read(place, place + pageBytes);
    },
  };
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
