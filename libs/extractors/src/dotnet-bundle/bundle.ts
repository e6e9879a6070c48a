import { createHash } from 'node:crypto';
import { sliceSource, type ByteSource } from '@tidewaiter/formats';

/** Where a single-file program keeps its deps.json, bytes from the start of the file. */
export interface BundledDeps {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** The build tool writes the place of the header right before this: https://github.com/dotnet/designs */
const signature = createHash('sha256').update('.net core bundle\n').digest();
const placeBytes = 8;

/** A host that holds the whole runtime has some 15 MB; what follows are the files. */
const maxHostBytes = 64 * 1024 * 1024;
const windowBytes = 1024 * 1024;

/** Undefined for programs that are no bundle. `invalid` when the header that the signature leads to cannot be read. */
export function findBundledDeps(source: ByteSource): BundledDeps | 'invalid' | undefined {
  const headerOffset = endsWithSections(source) ? undefined : findHeader(source);
  if (headerOffset === undefined) return undefined;
  const header = new BundleReader(source, headerOffset);
  const major = header.uint32();
  header.uint32();
  const fileCount = header.uint32();
  header.skipText();
  if (major === undefined || fileCount === undefined) return 'invalid';
  if (major >= 2) return within(source, header.offset(), header.offset());
  return firstDeps(source, header, fileCount);
}

/** Version 1 (.NET Core 3) has no place for it in the header, so it is looked for among the files. */
function firstDeps(source: ByteSource, header: BundleReader, fileCount: number): BundledDeps | 'invalid' {
  for (let index = 0; index < Math.min(fileCount, maxFiles); index++) {
    const offset = header.offset();
    const sizeBytes = header.offset();
    const type = header.byte();
    if (type === undefined || !header.skipText()) return 'invalid';
    if (type === depsType) return within(source, offset, sizeBytes);
  }
  return 'invalid';
}

const depsType = 3;
const maxFiles = 100_000;

function within(
  source: ByteSource,
  offset: number | undefined,
  sizeBytes: number | undefined,
): BundledDeps | 'invalid' {
  if (offset === undefined || sizeBytes === undefined || sizeBytes === 0) return 'invalid';
  return offset + sizeBytes <= source.sizeBytes ? { offset, sizeBytes } : 'invalid';
}

/**
 * A bundle's files come after everything that ELF knows of. Most programs on Linux have nothing there, and need no search.
 * elf(5), 64-bit and little-endian.
 */
function endsWithSections(source: ByteSource): boolean {
  const head = source.read(0, 64);
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head.readUInt16BE(4) !== 0x0201) return false;
  const tableOffset = Number(head.readBigUInt64LE(0x28));
  const entryBytes = head.readUInt16LE(0x3a);
  const tableEnd = tableOffset + entryBytes * head.readUInt16LE(0x3c);
  if (tableEnd > source.sizeBytes || entryBytes < 64) return false;
  const table = source.read(tableOffset, tableEnd);
  let end = tableEnd;
  for (let at = 0; at < table.length; at += entryBytes) {
    const isInFile = table.readUInt32LE(at + 4) !== sectionWithoutBytes;
    if (isInFile) end = Math.max(end, Number(table.readBigUInt64LE(at + 24) + table.readBigUInt64LE(at + 32)));
  }
  return end >= source.sizeBytes;
}

const sectionWithoutBytes = 8;

/** Zero in a host that is no bundle: every .NET program has the signature. */
function findHeader(source: ByteSource): number | undefined {
  const end = Math.min(source.sizeBytes, maxHostBytes);
  for (let start = 0; start < end; start += windowBytes - signature.length - placeBytes) {
    const window = source.read(start, Math.min(start + windowBytes, end));
    const at = window.indexOf(signature, placeBytes);
    if (at === -1) continue;
    const offset = new BundleReader(sliceSource(source, start + at - placeBytes, end), 0).offset();
    return offset === undefined || offset === 0 ? undefined : offset;
  }
  return undefined;
}

/** Little-endian numbers one after another; undefined behind the end. */
class BundleReader {
  constructor(
    private readonly source: ByteSource,
    private at: number,
  ) {}

  byte(): number | undefined {
    return this.#take(1)?.[0];
  }

  uint32(): number | undefined {
    return this.#take(4)?.readUInt32LE(0);
  }

  offset(): number | undefined {
    const value = this.#take(8)?.readBigUInt64LE(0);
    return value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(value);
  }

  /** A length in groups of seven bits, and as many bytes. */
  skipText(): boolean {
    let length = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      if (byte === undefined) return false;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.at += length;
        return true;
      }
    }
    return false;
  }

  #take(count: number): Buffer | undefined {
    const bytes = this.source.read(this.at, this.at + count);
    this.at += count;
    return bytes.length === count ? bytes : undefined;
  }
}
