import { err, ok, type Result } from '@tidewaiter/kit';
import type { ByteSource } from '../byte-source';
import { PageSet } from '../page-set';

export interface HashItem {
  readonly key: Buffer;
  readonly value: Buffer;
}

const metaBytes = 72;
const hashMagic = 0x00061561;

export function isBerkeleyHash(source: ByteSource): boolean {
  return byteOrderOf(source.read(0, metaBytes)) !== undefined;
}

/**
 * Every pair of a hash database, in the order of the file. What is damaged is an error, which continues a sentence that begins with
 * the database's name, and is passed over; no page is read twice, so that the work is bounded by the size of the file.
 */
export function* readBerkeleyHash(source: ByteSource): Generator<Result<HashItem, string>> {
  const opened = openHash(source);
  if (!opened.ok) {
    yield opened;
    return;
  }
  const database = opened.value;
  for (let number = 1; number < database.pageCount; number++) {
    const page = database.page(number);
    if (page === undefined) {
      yield err(`ends within page ${number}`);
      return;
    }
    const type = page.readUInt8(25);
    if (type === sortedHashPage || type === hashPage) yield* readBucket(database, page, number);
  }
}

/** Page types: db_page.h. Overflow pages are reached through their items; all others hold no pairs. */
const hashPage = 2;
const overflowPage = 7;
const hashMetaPage = 8;
const sortedHashPage = 13;
/** Item types: hash.h. */
const plainItem = 1;
const offPageItem = 3;

const pageHeaderBytes = 26;

class HashDatabase {
  readonly #overflow: PageSet;

  constructor(
    private readonly source: ByteSource,
    readonly pageBytes: number,
    readonly pageCount: number,
    private readonly isBigEndian: boolean,
  ) {
    this.#overflow = new PageSet(pageCount);
  }

  page(number: number): Buffer | undefined {
    const page = this.source.read(number * this.pageBytes, (number + 1) * this.pageBytes);
    return page.length === this.pageBytes ? page : undefined;
  }

  u16(page: Buffer, at: number): number {
    return this.isBigEndian ? page.readUInt16BE(at) : page.readUInt16LE(at);
  }

  u32(page: Buffer, at: number): number {
    return this.isBigEndian ? page.readUInt32BE(at) : page.readUInt32LE(at);
  }

  overflow(first: number, sizeBytes: number): Buffer | undefined {
    const parts: Buffer[] = [];
    let missing = sizeBytes;
    for (let next = first; missing > 0;) {
      const page = this.#overflow.take(next) ? this.page(next) : undefined;
      if (page === undefined || page.readUInt8(25) !== overflowPage) return undefined;
      next = this.u32(page, 16);
      // On the last page of a chain the offset of free space says where the content ends.
      const held = next === 0 ? this.u16(page, 22) : this.pageBytes - pageHeaderBytes;
      if (held === 0) return undefined;
      const part = page.subarray(pageHeaderBytes, pageHeaderBytes + Math.min(held, missing));
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }
}

function openHash(source: ByteSource): Result<HashDatabase, string> {
  const meta = source.read(0, metaBytes);
  const order = byteOrderOf(meta);
  if (order === undefined) return err('is no Berkeley DB hash database');
  const isBigEndian = order === 'big';
  const pageBytes = isBigEndian ? meta.readUInt32BE(20) : meta.readUInt32LE(20);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) {
    return err(`has impossible pages of ${pageBytes} bytes`);
  }
  if (meta.readUInt8(25) !== hashMetaPage) return err('has no hash metadata in its first page');
  if (meta.readUInt8(24) !== 0) return err('is encrypted');
  // With checksums every page header is longer.
  if ((meta.readUInt8(26) & 1) !== 0) return err('has checksums in its pages, which are not read');
  const lastPage = isBigEndian ? meta.readUInt32BE(32) : meta.readUInt32LE(32);
  // A number of pages beyond the end of the file is found out at the first one that is missing.
  const pageCount = Math.min(lastPage, Math.ceil(source.sizeBytes / pageBytes)) + 1;
  return ok(new HashDatabase(source, pageBytes, pageCount, isBigEndian));
}

function byteOrderOf(meta: Buffer): 'big' | 'little' | undefined {
  if (meta.length < metaBytes) return undefined;
  if (meta.readUInt32LE(12) === hashMagic) return 'little';
  return meta.readUInt32BE(12) === hashMagic ? 'big' : undefined;
}

/** Offsets of keys and values in turn; the items themselves fill the page from its end, each up to the one before it. */
function* readBucket(database: HashDatabase, page: Buffer, number: number): Generator<Result<HashItem, string>> {
  const count = database.u16(page, 20);
  const itemsAt = pageHeaderBytes + 2 * count;
  if (count % 2 !== 0 || itemsAt > page.length) {
    yield err(`has a damaged page ${number}`);
    return;
  }
  let end = page.length;
  const next = (index: number): Buffer | undefined => {
    const start = database.u16(page, pageHeaderBytes + 2 * index);
    if (start < itemsAt || start >= end) return undefined;
    const item = page.subarray(start, end);
    end = start;
    return item;
  };
  for (let index = 0; index < count; index += 2) {
    const keyItem = next(index);
    const valueItem = next(index + 1);
    if (keyItem === undefined || valueItem === undefined) {
      yield err(`has a damaged page ${number}`);
      return;
    }
    const key = contentOf(database, keyItem);
    const value = contentOf(database, valueItem);
    yield key === undefined || value === undefined ? err(`has a damaged item in page ${number}`) : ok({ key, value });
  }
}

function contentOf(database: HashDatabase, item: Buffer): Buffer | undefined {
  switch (item.readUInt8(0)) {
    case plainItem:
      return item.subarray(1);
    case offPageItem:
      return item.length < 12 ? undefined : database.overflow(database.u32(item, 4), database.u32(item, 8));
    default:
      // Several values of one key: no database that is read here has them.
      return undefined;
  }
}
