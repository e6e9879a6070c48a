import { err, ok, type Result } from '@tidewaiter/kit';
import type { ByteSource } from '../byte-source';
import type { SqliteWal } from './wal';

/** The pages of a database, counted from 1, those of its write-ahead log before its own. */
export interface SqlitePages {
  /** Bytes of a page that are used: what is reserved at its end is left out. */
  readonly usableBytes: number;
  /** In how many places of the file and its log a page lies: what the log states is more than anybody needs to believe. */
  readonly places: number;
  /** Where the page lies, a number below `places`; `undefined` for one that is not there. */
  placeOf(number: number): number | undefined;
  readonly encoding: 'utf8' | 'utf-16le' | 'utf-16be';
  /** `undefined` where the file ends before. */
  page(number: number): Buffer | undefined;
}

const magic = Buffer.from('SQLite format 3\0', 'latin1');
export const headerBytes = 100;

export function isSqlite(source: ByteSource): boolean {
  return source.read(0, magic.length).equals(magic);
}

/** https://sqlite.org/fileformat2.html#the_database_header; the error continues a sentence that begins with the file's name. */
export function openPages(source: ByteSource, wal?: SqliteWal): Result<SqlitePages, string> {
  const header = wal?.page(1) ?? source.read(0, headerBytes);
  if (header.length < headerBytes) return err('ends within its header');
  if (!header.subarray(0, magic.length).equals(magic)) return err('is no SQLite database');
  const stated = header.readUInt16BE(16);
  const pageBytes = stated === 1 ? 65_536 : stated;
  const usableBytes = pageBytes - header.readUInt8(20);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || usableBytes < 480) {
    return err(`has impossible pages of ${pageBytes} bytes`);
  }
  if (wal !== undefined && wal.pageBytes !== pageBytes) return err('has a write-ahead log of another page size');
  const encoding = encodings[header.readUInt32BE(56)];
  if (encoding === undefined) return err('has an unknown text encoding');
  const ofFile = Math.ceil(source.sizeBytes / pageBytes);
  const beyond = new Map(wal?.pages.filter((page) => page > ofFile).map((page, at) => [page, ofFile + 1 + at]));
  const pageCount = wal?.pageCount ?? ofFile;
  return ok({
    usableBytes,
    places: ofFile + 1 + beyond.size,
    placeOf: (number) => {
      if (number < 1 || number > pageCount) return undefined;
      return number <= ofFile ? number : beyond.get(number);
    },
    encoding,
    page: (number) => {
      const logged = wal?.page(number);
      if (logged !== undefined) return logged;
      const bytes = source.read((number - 1) * pageBytes, number * pageBytes);
      return bytes.length === pageBytes ? bytes : undefined;
    },
  });
}

/** 0 in a database to which nothing was ever written. */
const encodings = ['utf8', 'utf8', 'utf-16le', 'utf-16be'] as const;
