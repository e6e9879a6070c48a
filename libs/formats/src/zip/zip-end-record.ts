import { err, ok, type Result } from '@tidewaiter/kit';
import { damaged, type ZipBytes, type ZipProblem } from './zip-problem';

/** Where an end record says that the central directory lies. */
export interface DirectoryPlace {
  readonly entryCount: number;
  readonly sizeBytes: number;
  readonly offset: number;
  /** Where the directory must end: what follows it starts here. */
  readonly endOffset: number;
}

interface EndRecord extends DirectoryPlace {
  /** Its comment is the rest of the file. */
  readonly reachesEnd: boolean;
  /** Of a zip64 end record, as a locator in front of this one says. */
  readonly wideOffset: bigint | undefined;
}

const endRecordBytes = 22;
const zip64LocatorBytes = 20;
const zip64EndRecordBytes = 56;
const centralHeaderBytes = 46;
/** A comment has at most 65,535 bytes; Info-ZIP looks a little further back than that, and nobody further than Info-ZIP. */
const searchedBytes = 66_000;
/** Each costs some small reads, and thousands that could be true fit into what is searched. No file has ten by accident. */
const maxTried = 1000;
const saturated = 0xffffffff;

const endSignature = Buffer.from('PK\x05\x06', 'latin1');
const signatures = { local: 0x04034b50, central: 0x02014b50, end64: 0x06064b50, locator64: 0x07064b50 };

/**
 * Finds the central directory: APPNOTE 4.3.12 to 4.3.16. The specification does not say which of several end records counts, nor what
 * bytes after its comment mean; the JVM's answer is taken, since what it loads must not be hidden: the last one whose comment
 * reaches to the end of the file, or that has a directory and a local header where it says. Where it finds none nothing is loaded,
 * and what Python or Info-ZIP still read is taken.
 */
export async function findDirectory(file: ZipBytes): Promise<Result<DirectoryPlace, ZipProblem>> {
  const tailBytes = Math.min(file.sizeBytes, searchedBytes + zip64LocatorBytes);
  const tail = await file.read(file.sizeBytes - tailBytes, tailBytes);
  if (tail === undefined) return err(damaged('cannot be read to its end'));
  // The next read may reuse the bytes.
  const records = endRecords(Buffer.from(tail), file.sizeBytes);
  let tried = 0;
  for (const isTrue of [isTrueForJava, isTrueForOthers]) {
    for (const record of records()) {
      if (!record.reachesEnd && !mayBeTrue(record)) continue;
      if (++tried > maxTried) return err(damaged(`ends in more than ${maxTried} end records`));
      if (await isTrue(file, record)) return directoryOf(file, record);
    }
  }
  return err(damaged('is no zip archive, or one whose end is missing'));
}

/** From the end of the file on. */
function endRecords(tail: Buffer, fileBytes: number): () => Generator<EndRecord> {
  return function* () {
    let from = tail.length - endRecordBytes;
    while (from >= 0) {
      const at = tail.lastIndexOf(endSignature, from);
      if (at === -1) return;
      yield endRecordAt(tail, at, fileBytes);
      from = at - 1;
    }
  };
}

function endRecordAt(tail: Buffer, at: number, fileBytes: number): EndRecord {
  const locatorAt = at - zip64LocatorBytes;
  const hasLocator = locatorAt >= 0 && tail.readUInt32LE(locatorAt) === signatures.locator64;
  return {
    entryCount: tail.readUInt16LE(at + 10),
    sizeBytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
    endOffset: fileBytes - tail.length + at,
    reachesEnd: at + endRecordBytes + tail.readUInt16LE(at + 20) === tail.length,
    wideOffset: hasLocator ? tail.readBigUInt64LE(locatorAt + 8) : undefined,
  };
}

/** What can be said without reading anything. */
function mayBeTrue({ sizeBytes, offset, endOffset, wideOffset }: EndRecord): boolean {
  return wideOffset !== undefined || (sizeBytes >= centralHeaderBytes && offset + sizeBytes <= endOffset);
}

/** `ZipFile.Source.findEND` of OpenJDK. */
async function isTrueForJava(file: ZipBytes, record: EndRecord): Promise<boolean> {
  if (record.reachesEnd) return true;
  const start = record.endOffset - record.sizeBytes;
  return (
    start >= record.offset &&
    (await hasSignature(file, start, signatures.central)) &&
    (await hasSignature(file, start - record.offset, signatures.local))
  );
}

/** They count offsets from the start of a stub too, and read zip64 with bytes after it. */
async function isTrueForOthers(file: ZipBytes, record: EndRecord): Promise<boolean> {
  const place = await directoryOf(file, record);
  if (!place.ok) return false;
  const start = place.value.endOffset - place.value.sizeBytes;
  const header = await file.read(start, centralHeaderBytes);
  if (header?.readUInt32LE(0) !== signatures.central) return false;
  return hasSignature(file, header.readUInt32LE(42) + start - place.value.offset, signatures.local);
}

async function hasSignature(file: ZipBytes, offset: number, signature: number): Promise<boolean> {
  const bytes = await file.read(offset, 4);
  return bytes?.readUInt32LE(0) === signature;
}

/** Of a zip64 end record that is not where its locator says, or contradicts the other record, Java uses nothing. */
async function directoryOf(file: ZipBytes, record: EndRecord): Promise<Result<DirectoryPlace, ZipProblem>> {
  if (record.wideOffset !== undefined) {
    const wide = await zip64Directory(file, record, toOffset(record.wideOffset));
    if (wide !== undefined) return ok(wide);
  }
  const isNarrow = record.sizeBytes !== saturated && record.offset !== saturated;
  if (isNarrow && (await hasSignature(file, record.endOffset - record.sizeBytes, signatures.central))) {
    return ok(record);
  }
  if (record.wideOffset !== undefined) {
    // With a stub in front the declared place is wrong; the record then sits right before its locator.
    const beforeLocator = record.endOffset - zip64LocatorBytes - zip64EndRecordBytes;
    const wide = await zip64Directory(file, record, beforeLocator);
    if (wide !== undefined) return ok(wide);
  }
  return isNarrow ? ok(record) : err(damaged('has no zip64 end record where it says'));
}

async function zip64Directory(
  file: ZipBytes,
  narrow: EndRecord,
  endOffset: number | undefined,
): Promise<DirectoryPlace | undefined> {
  const record = endOffset === undefined ? undefined : await file.read(endOffset, zip64EndRecordBytes);
  if (endOffset === undefined || record?.readUInt32LE(0) !== signatures.end64) return undefined;
  const entryCount = toOffset(record.readBigUInt64LE(32));
  const sizeBytes = toOffset(record.readBigUInt64LE(40));
  const offset = toOffset(record.readBigUInt64LE(48));
  if (entryCount === undefined || sizeBytes === undefined || offset === undefined) return undefined;
  const agrees =
    [entryCount, 0xffff].includes(narrow.entryCount) &&
    [sizeBytes, saturated].includes(narrow.sizeBytes) &&
    [offset, saturated].includes(narrow.offset);
  return agrees ? { entryCount, sizeBytes, offset, endOffset } : undefined;
}

export function toOffset(value: bigint): number | undefined {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}
