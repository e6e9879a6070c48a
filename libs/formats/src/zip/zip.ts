import { err, ok, type Result } from '@tidewaiter/kit';
import type { RandomAccessFile } from '../byte-source';
import { exactReader, WindowReader } from './window-reader';
import { readZipDirectory, type ZipEntry } from './zip-directory';
import { ZipEntryReader, type ZipLimits } from './zip-entry-reader';
import type { ZipProblem } from './zip-problem';

/** For archives of records, which are small: the largest real one is under 1 MB. */
export const defaultZipLimits: ZipLimits = {
  maxEntries: 3_000_000,
  maxDirectoryBytes: 512 * 1024 * 1024,
  maxEntryBytes: 64 * 1024 * 1024,
  maxTotalBytes: 64 * 1024 * 1024 * 1024,
  maxRatio: 250,
};

export interface ZipContent {
  readonly name: string;
  readonly entry: ZipEntry;
  /** The inflated bytes, valid until the next entry is asked for; or why this entry has none. */
  readonly content: Result<Uint8Array, ZipProblem>;
}

/**
 * The entries of a zip, one at a time in directory order, each verified against its size and CRC-32. Entries that
 * `wanted` refuses are not read. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function* readZip(
  file: RandomAccessFile,
  wanted: (name: string, entry: ZipEntry) => boolean,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<Result<ZipContent, ZipProblem>> {
  const directory = await readZipDirectory(exactReader(file), limits);
  if (!directory.ok) {
    yield directory;
    return;
  }
  const reader = new ZipEntryReader(new WindowReader(file), limits);
  for (const entry of directory.value.entries()) {
    if (!entry.ok) {
      yield entry;
      return;
    }
    if (!wanted(entry.value.name, entry.value)) continue;
    const exhausted = reader.account(entry.value);
    if (exhausted !== undefined) {
      yield err(exhausted);
      return;
    }
    yield ok({ name: entry.value.name, entry: entry.value, content: await reader.read(entry.value) });
  }
}

/** What the directory says of its entries; nothing is inflated. */
export async function* readZipEntries(
  file: RandomAccessFile,
  limits: ZipLimits = defaultZipLimits,
): AsyncGenerator<ZipEntry> {
  const directory = await readZipDirectory(exactReader(file), limits);
  if (!directory.ok) return;
  for (const entry of directory.value.entries()) {
    if (!entry.ok) return;
    yield entry.value;
  }
}
