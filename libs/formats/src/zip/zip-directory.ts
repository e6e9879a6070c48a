import { err, ok, type Result } from '@tidewaiter/kit';

/** What a zip is read from. */
export interface ZipBytes {
  readonly sizeBytes: number;
  /** The bytes at `position`, valid until the next call; undefined when there are fewer. */
  read(position: number, length: number): Promise<Buffer | undefined>;
}

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly inflatedBytes: number;
  /** Of the local header, from the start of the file. */
  readonly offset: number;
}

/** What is wrong with an archive or one entry; the message continues a sentence that begins with its name. */
export interface ZipProblem {
  readonly code: string;
  readonly message: string;
}

export interface ZipDirectory {
  /** In directory order; ends with an error when the directory itself is damaged. */
  entries(): Generator<Result<ZipEntry, ZipProblem>>;
}

interface DirectoryPlace {
  readonly entryCount: number;
  readonly sizeBytes: number;
  readonly offset: number;
  /** Where the directory must end: what follows it starts here. */
  readonly endOffset: number;
}

const endRecordBytes = 22;
const maxCommentBytes = 0xffff;
const zip64LocatorBytes = 20;
const zip64EndRecordBytes = 56;
const centralHeaderBytes = 46;

/** Finds and reads the central directory: APPNOTE 4.3.12 to 4.3.16. The bytes stay packed; entries are made on demand. */
export async function readZipDirectory(
  file: ZipBytes,
  limits: { readonly maxEntries: number; readonly maxDirectoryBytes: number },
): Promise<Result<ZipDirectory, ZipProblem>> {
  const place = await findDirectory(file);
  if (!place.ok) return place;
  const { entryCount, sizeBytes, offset, endOffset } = place.value;
  if (entryCount > limits.maxEntries || sizeBytes > limits.maxDirectoryBytes) {
    return err({ code: 'zip-too-large', message: `has a directory of ${entryCount} entries in ${sizeBytes} bytes` });
  }
  // Bytes in front of the archive (a self-extractor's stub) shift everything by the same amount.
  const shift = endOffset - sizeBytes - offset;
  if (shift < 0) return err(damaged('has a directory that does not fit before its end'));
  const bytes = await file.read(offset + shift, sizeBytes);
  if (bytes === undefined) return err(damaged('has a directory that ends after the file does'));
  return ok({ entries: () => walk(bytes, entryCount, shift) });
}

async function findDirectory(file: ZipBytes): Promise<Result<DirectoryPlace, ZipProblem>> {
  const tailBytes = Math.min(file.sizeBytes, endRecordBytes + maxCommentBytes + zip64LocatorBytes);
  const tail = await file.read(file.sizeBytes - tailBytes, tailBytes);
  if (tail === undefined) return err(damaged('cannot be read to its end'));
  const at = findEndRecord(tail);
  if (at === undefined) return err(damaged('is no zip archive, or one whose end is missing'));
  const endOffset = file.sizeBytes - tailBytes + at;
  const disks = tail.readUInt16LE(at + 4) + tail.readUInt16LE(at + 6);
  const entryCount = tail.readUInt16LE(at + 10);
  const sizeBytes = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  const locatorAt = at - zip64LocatorBytes;
  if (locatorAt >= 0 && tail.readUInt32LE(locatorAt) === 0x07064b50) {
    return findZip64Directory(file, tail.readBigUInt64LE(locatorAt + 8), endOffset - zip64LocatorBytes);
  }
  if (disks !== 0 && disks !== 2 * 0xffff) return err(damaged('is one of several volumes'));
  return ok({ entryCount, sizeBytes, offset, endOffset });
}

/** The last end record whose comment reaches exactly to the end of the file: a comment may contain the signature. */
function findEndRecord(tail: Buffer): number | undefined {
  for (let at = tail.length - endRecordBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + endRecordBytes + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

async function findZip64Directory(
  file: ZipBytes,
  declared: bigint,
  locatorOffset: number,
): Promise<Result<DirectoryPlace, ZipProblem>> {
  // With a stub in front the declared place is wrong; the record then sits right before its locator.
  for (const place of [toOffset(declared), locatorOffset - zip64EndRecordBytes]) {
    if (place === undefined || place < 0) continue;
    const record = await file.read(place, zip64EndRecordBytes);
    if (record === undefined || record.readUInt32LE(0) !== 0x06064b50) continue;
    const entryCount = toOffset(record.readBigUInt64LE(32));
    const sizeBytes = toOffset(record.readBigUInt64LE(40));
    const offset = toOffset(record.readBigUInt64LE(48));
    if (entryCount === undefined || sizeBytes === undefined || offset === undefined) break;
    return ok({ entryCount, sizeBytes, offset, endOffset: place });
  }
  return err(damaged('has no zip64 end record where it says'));
}

function* walk(bytes: Buffer, entryCount: number, shift: number): Generator<Result<ZipEntry, ZipProblem>> {
  let at = 0;
  for (let index = 0; index < entryCount; index += 1) {
    if (at + centralHeaderBytes > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) {
      yield err(damaged(`has a directory that breaks off at entry ${index + 1} of ${entryCount}`));
      return;
    }
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const next = at + centralHeaderBytes + nameBytes + extraBytes + bytes.readUInt16LE(at + 32);
    const entry = next > bytes.length ? undefined : entryAt(bytes, { at, nameBytes, extraBytes, shift });
    if (entry === undefined) {
      yield err(damaged(`has a directory that is damaged at entry ${index + 1} of ${entryCount}`));
      return;
    }
    yield ok(entry);
    at = next;
  }
}

interface HeaderPlace {
  readonly at: number;
  readonly nameBytes: number;
  readonly extraBytes: number;
  readonly shift: number;
}

function entryAt(bytes: Buffer, { at, nameBytes, extraBytes, shift }: HeaderPlace): ZipEntry | undefined {
  const extraStart = at + centralHeaderBytes + nameBytes;
  let inflatedBytes: number | undefined = bytes.readUInt32LE(at + 24);
  let storedBytes: number | undefined = bytes.readUInt32LE(at + 20);
  let offset: number | undefined = bytes.readUInt32LE(at + 42);
  if (inflatedBytes === 0xffffffff || storedBytes === 0xffffffff || offset === 0xffffffff) {
    const wide = zip64Extra(bytes.subarray(extraStart, extraStart + extraBytes));
    if (inflatedBytes === 0xffffffff) inflatedBytes = wide.shift();
    if (storedBytes === 0xffffffff) storedBytes = wide.shift();
    if (offset === 0xffffffff) offset = wide.shift();
  }
  if (inflatedBytes === undefined || storedBytes === undefined || offset === undefined) return undefined;
  return {
    name: bytes.toString('utf8', at + centralHeaderBytes, extraStart),
    method: bytes.readUInt16LE(at + 10),
    encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    crc32: bytes.readUInt32LE(at + 16),
    storedBytes,
    inflatedBytes,
    offset: offset + shift,
  };
}

/** The 64-bit values of extra field 0x0001, in order: only the saturated fields are present (APPNOTE 4.5.3). */
function zip64Extra(extra: Buffer): (number | undefined)[] {
  let at = 0;
  while (at + 4 <= extra.length) {
    const sizeBytes = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 0x0001) {
      const end = Math.min(at + 4 + sizeBytes, extra.length);
      const values: (number | undefined)[] = [];
      for (let value = at + 4; value + 8 <= end; value += 8) values.push(toOffset(extra.readBigUInt64LE(value)));
      return values;
    }
    at += 4 + sizeBytes;
  }
  return [];
}

function toOffset(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function damaged(message: string): ZipProblem {
  return { code: 'zip-unreadable', message };
}
