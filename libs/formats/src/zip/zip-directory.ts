import { err, ok, type Result } from '@tidewaiter/kit';
import { findDirectory, toOffset } from './zip-end-record';
import { damaged, tooLarge, type ZipBytes, type ZipProblem } from './zip-problem';

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

export interface ZipDirectory {
  /** In directory order; ends with an error when the directory itself is damaged. */
  entries(): Generator<Result<ZipEntry, ZipProblem>>;
}

export interface DirectoryLimits {
  readonly maxEntries: number;
  readonly maxDirectoryBytes: number;
}

const centralHeaderBytes = 46;
const centralSignature = 0x02014b50;

/** Finds and reads the central directory. The bytes stay packed; entries are made on demand. */
export async function readZipDirectory(
  file: ZipBytes,
  limits: DirectoryLimits,
): Promise<Result<ZipDirectory, ZipProblem>> {
  const place = await findDirectory(file);
  if (!place.ok) return place;
  const { entryCount, sizeBytes, offset, endOffset } = place.value;
  if (entryCount > limits.maxEntries) return err(tooManyEntries(entryCount, limits));
  if (sizeBytes > limits.maxDirectoryBytes) {
    return err(
      tooLarge(`has a directory of ${sizeBytes} bytes, of which at most ${limits.maxDirectoryBytes} are read`),
    );
  }
  // Bytes in front of the archive (a self-extractor's stub) shift everything by the same amount.
  const shift = endOffset - sizeBytes - offset;
  if (shift < 0) return err(damaged('has a directory that does not fit before its end'));
  const bytes = await file.read(offset + shift, sizeBytes);
  if (bytes === undefined) return err(damaged('has a directory that ends after the file does'));
  return ok({ entries: () => walk(bytes, { entryCount, shift, limits }) });
}

function tooManyEntries(entryCount: number, { maxEntries }: DirectoryLimits): ZipProblem {
  return tooLarge(`has a directory of ${entryCount} entries, of which at most ${maxEntries} are read`);
}

interface WalkBounds {
  readonly entryCount: number;
  readonly shift: number;
  readonly limits: DirectoryLimits;
}

/**
 * To the end of the directory, as Java, Python and Info-ZIP go: old writers state the number of entries modulo 65,536, and a wrong one
 * hides nothing from them.
 */
function* walk(bytes: Buffer, { entryCount, shift, limits }: WalkBounds): Generator<Result<ZipEntry, ZipProblem>> {
  let at = 0;
  for (let index = 0; index < entryCount || at < bytes.length; index += 1) {
    if (at + centralHeaderBytes > bytes.length || bytes.readUInt32LE(at) !== centralSignature) {
      // A digital signature may follow the entries, APPNOTE 4.3.13.
      if (index >= entryCount) return;
      yield err(damaged(`has a directory that breaks off at entry ${index + 1} of ${entryCount}`));
      return;
    }
    if (index >= limits.maxEntries) {
      yield err(tooManyEntries(index + 1, limits));
      return;
    }
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const next = at + centralHeaderBytes + nameBytes + extraBytes + bytes.readUInt16LE(at + 32);
    const entry = next > bytes.length ? undefined : entryAt(bytes, { at, nameBytes, extraBytes, shift });
    if (entry === undefined) {
      yield err(damaged(`has a directory that is damaged at entry ${index + 1} of ${Math.max(index + 1, entryCount)}`));
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
