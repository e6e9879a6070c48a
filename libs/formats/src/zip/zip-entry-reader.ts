import { crc32, inflateRawSync } from 'node:zlib';
import { err, messageOf, ok, type Result } from '@tidewaiter/kit';
import type { ZipEntry } from './zip-directory';
import { tooLarge, type ZipBytes, type ZipProblem } from './zip-problem';

/** Bounds on what an archive may make us do. */
export interface ZipLimits {
  readonly maxEntries: number;
  readonly maxDirectoryBytes: number;
  readonly maxEntryBytes: number;
  readonly maxTotalBytes: number;
  /** Inflated to stored size, for entries over 1 MiB. */
  readonly maxRatio: number;
}

const ratioFreeBytes = 1024 * 1024;
const localHeaderBytes = 30;

export class ZipEntryReader {
  #storedBytes = 0;
  #inflatedBytes = 0;

  constructor(
    private readonly file: ZipBytes,
    private readonly limits: ZipLimits,
  ) {}

  /**
   * To be asked before an entry is read: what says that no more may be. Entries that do not overlap cannot store more than
   * the file holds: this is how bombs that reuse bytes end.
   */
  account(entry: ZipEntry): ZipProblem | undefined {
    this.#storedBytes += entry.storedBytes;
    this.#inflatedBytes += entry.inflatedBytes;
    if (this.#storedBytes <= this.file.sizeBytes && this.#inflatedBytes <= this.limits.maxTotalBytes) return undefined;
    return tooLarge('holds more than the entries of one archive may');
  }

  /** Its inflated bytes, verified against their size and CRC-32. */
  async read(entry: ZipEntry): Promise<Result<Buffer, ZipProblem>> {
    const start = await this.locate(entry);
    if (!start.ok) return start;
    const stored = await this.file.read(start.value, entry.storedBytes);
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

  /** Where its stored bytes begin. */
  async locate(entry: ZipEntry): Promise<Result<number, ZipProblem>> {
    const refused = refusal(entry, this.limits);
    if (refused !== undefined) return err(refused);
    const header = await this.file.read(entry.offset, localHeaderBytes);
    if (header === undefined || header.readUInt32LE(0) !== 0x04034b50) {
      return err({ code: 'zip-entry-damaged', message: 'has no local header where the directory says' });
    }
    // The lengths in the local header are its own: its extra field differs from the directory's.
    return ok(entry.offset + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28));
  }
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
