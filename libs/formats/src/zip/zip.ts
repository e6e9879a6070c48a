import { crc32, inflateRawSync } from 'node:zlib';
import { err, messageOf, ok, type Result } from '@tidewaiter/kit';
import type { RandomAccessFile } from '../byte-source';
import { WindowReader } from './window-reader';
import { readZipDirectory, type ZipEntry, type ZipProblem } from './zip-directory';

/** Bounds on what an archive may make us do. Records are small: the largest real one is under 1 MB. */
export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxDirectoryBytes: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  /** Inflated to stored size, for entries over 1 MiB. */
  readonly maxRatio: number;
}

export const defaultZipLimits: ZipLimits = {
  maxEntries: 3_000_000,
  maxDirectoryBytes: 512 * 1024 * 1024,
  maxEntryBytes: 64 * 1024 * 1024,
  maxTotalBytes: 64 * 1024 * 1024 * 1024,
  maxRatio: 250,
};

export interface ZipContent {
  readonly name: string;
  /** The inflated bytes, valid until the next entry is asked for; or why this entry has none. */
  readonly content: Result<Uint8Array, ZipProblem>;
}

const ratioFreeBytes = 1024 * 1024;
const localHeaderBytes = 30;

/**
 * The entries of a zip, one at a time in directory order, each verified against its size and CRC-32. Entries that
 * `wanted` refuses are not read. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function* readZip(
  file: RandomAccessFile,
  wanted: (name: string) => boolean,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<Result<ZipContent, ZipProblem>> {
  const directory = await readZipDirectory(file, limits);
  if (!directory.ok) {
    yield directory;
    return;
  }
  const reader = new WindowReader(file);
  let storedBytes = 0;
  let inflatedBytes = 0;
  for (const entry of directory.value.entries()) {
    if (!entry.ok) {
      yield entry;
      return;
    }
    if (!wanted(entry.value.name)) continue;
    storedBytes += entry.value.storedBytes;
    inflatedBytes += entry.value.inflatedBytes;
    // Entries that do not overlap cannot store more than the file holds: this is how bombs that reuse bytes end.
    if (storedBytes > file.sizeBytes || inflatedBytes > limits.maxTotalBytes) {
      yield err({ code: 'zip-too-large', message: 'its entries hold more than the archive may' });
      return;
    }
    yield ok({ name: entry.value.name, content: await readEntry(reader, entry.value, limits) });
  }
}

/** The names alone, from the directory. */
export async function readZipNames(file: RandomAccessFile, limits: ZipLimits = defaultZipLimits): Promise<string[]> {
  const directory = await readZipDirectory(file, limits);
  if (!directory.ok) return [];
  const names: string[] = [];
  for (const entry of directory.value.entries()) {
    if (!entry.ok) break;
    names.push(entry.value.name);
  }
  return names;
}

async function readEntry(
  reader: WindowReader,
  entry: ZipEntry,
  limits: ZipLimits,
): Promise<Result<Uint8Array, ZipProblem>> {
  const refused = refusal(entry, limits);
  if (refused !== undefined) return err(refused);
  const header = await reader.read(entry.offset, localHeaderBytes);
  if (header === undefined || header.readUInt32LE(0) !== 0x04034b50) {
    return err({ code: 'zip-entry-damaged', message: 'has no local header where the directory says' });
  }
  // The lengths in the local header are its own: its extra field differs from the directory's.
  const start = entry.offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
  const stored = await reader.read(start, entry.storedBytes);
  if (stored === undefined) return err({ code: 'zip-entry-damaged', message: 'ends after the archive does' });
  const inflated = entry.method === 0 ? ok(stored) : inflate(stored, entry.inflatedBytes);
  if (!inflated.ok) return inflated;
  if (inflated.value.length !== entry.inflatedBytes) {
    return err({ code: 'zip-entry-damaged', message: 'has another size than the directory says' });
  }
  if (crc32(inflated.value) !== entry.crc32) {
    return err({ code: 'zip-entry-damaged', message: 'does not match its checksum' });
  }
  return inflated;
}

function refusal(entry: ZipEntry, limits: ZipLimits): ZipProblem | undefined {
  if (entry.encrypted) return { code: 'zip-entry-encrypted', message: 'is encrypted' };
  if (entry.method !== 0 && entry.method !== 8) {
    return {
      code: 'zip-entry-method',
      message: `uses compression method ${entry.method}, only stored and deflate are read`,
    };
  }
  if (entry.inflatedBytes > limits.maxEntryBytes || entry.storedBytes > limits.maxEntryBytes) {
    return { code: 'zip-entry-too-large', message: `is larger than ${limits.maxEntryBytes} bytes` };
  }
  if (entry.inflatedBytes > ratioFreeBytes && entry.inflatedBytes > entry.storedBytes * limits.maxRatio) {
    return { code: 'zip-entry-ratio', message: `inflates more than ${limits.maxRatio} times` };
  }
  return undefined;
}

function inflate(stored: Buffer, inflatedBytes: number): Result<Buffer, ZipProblem> {
  try {
    // One byte of slack tells "exactly the declared size" from "more than declared".
    return ok(
      inflateRawSync(stored, { maxOutputLength: inflatedBytes + 1, chunkSize: Math.max(64, inflatedBytes + 1) }),
    );
  } catch (error) {
    return err({ code: 'zip-entry-damaged', message: `cannot be inflated (${messageOf(error)})` });
  }
}
