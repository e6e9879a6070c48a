import { err, ok, type Result } from '@tidewaiter/kit';
import { bufferSource, sliceSource, type ByteSource } from '../byte-source';
import { readZipDirectory, type ZipDirectory, type ZipEntry } from './zip-directory';
import { ZipEntryReader, type ZipLimits } from './zip-entry-reader';
import type { ZipBytes, ZipProblem } from './zip-problem';

/** A zip of which single entries are read, in any order, for instance because an archive lies in it. */
export class ZipArchive {
  readonly #reader: ZipEntryReader;

  private constructor(
    private readonly source: ByteSource,
    private readonly directory: ZipDirectory,
    limits: ZipLimits,
  ) {
    this.#reader = new ZipEntryReader(sourceBytes(source), limits);
  }

  static async open(source: ByteSource, limits: ZipLimits): Promise<Result<ZipArchive, ZipProblem>> {
    const directory = await readZipDirectory(sourceBytes(source), limits);
    return directory.ok ? ok(new ZipArchive(source, directory.value, limits)) : directory;
  }

  /** In directory order; of several with one name Java and most others take the last. */
  entries(): Generator<Result<ZipEntry, ZipProblem>> {
    return this.directory.entries();
  }

  /** The inflated bytes, verified against their size and CRC-32. */
  async read(entry: ZipEntry): Promise<Result<Buffer, ZipProblem>> {
    const exhausted = this.#reader.account(entry);
    return exhausted === undefined ? this.#reader.read(entry) : err(exhausted);
  }

  /** The same to be read in places: what is stored without compression stays where it is, and is not verified. */
  async open(entry: ZipEntry): Promise<Result<ByteSource, ZipProblem>> {
    if (entry.method !== 0) {
      const bytes = await this.read(entry);
      return bytes.ok ? ok(bufferSource(bytes.value)) : bytes;
    }
    const exhausted = this.#reader.account(entry);
    if (exhausted !== undefined) return err(exhausted);
    const start = await this.#reader.locate(entry);
    return start.ok ? ok(sliceSource(this.source, start.value, start.value + entry.storedBytes)) : start;
  }
}

function sourceBytes(source: ByteSource): ZipBytes {
  return {
    sizeBytes: source.sizeBytes,
    read: (position, length) => {
      if (position < 0 || position + length > source.sizeBytes) return Promise.resolve(undefined);
      const bytes = source.read(position, position + length);
      return Promise.resolve(bytes.length === length ? bytes : undefined);
    },
  };
}
