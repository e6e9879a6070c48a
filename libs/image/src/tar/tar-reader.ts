import { wholeContent, type ContentSink } from '../content-sink';
import { parsePax, sparseFileOf, type PaxOverrides } from './pax';
import {
  checkCount,
  oldRanges,
  oldSparseMap,
  wholeOfSparse,
  type OldSparseMap,
  type SparseFile,
  type SparseRange,
} from './sparse';
import { blockBytes, isZeroBlock, nameFrom, parseTarHeader, TarFault, type TarHeader } from './tar-header';

export type TarEntryKind = 'file' | 'hardlink' | 'symlink' | 'directory' | 'character-device' | 'sparse' | 'other';

export interface TarEntry {
  /** As written in the archive, not cleaned. */
  readonly name: string;
  readonly linkName: string;
  readonly kind: TarEntryKind;
  /** Bytes stored in the archive. */
  readonly sizeBytes: number;
  /** Of a sparse file, with its holes; absent where it cannot be made whole. Its content comes with them. */
  readonly realBytes?: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  /** The type, where it is none that container runtimes unpack: containerd, Docker and Podman give up the whole layer there. */
  readonly unknownType?: string;
}

export interface TarVisitor {
  /** What is returned receives the content; nothing is copied otherwise. */
  entry(entry: TarEntry): ContentSink | undefined;
}

export interface TarBounds {
  readonly entriesPerLayer: number;
  readonly pathBytes: number;
}

/** What of holes is made into zeros, of a whole archive: each costs as much as if it were stored, and nothing to the archive. */
const maxHoleBytes = 1024 * 1024 * 1024;

/** Pax headers hold extended attributes and ACLs too. */
const metadataBytes = 1024 * 1024;

/**
 * Reads a tar stream that is pushed in chunks of any size. Synchronous on purpose: a layer has tens of thousands of entries and
 * one await for each would cost more than the parsing. Throws TarFault for what no runtime could unpack either.
 */
export class TarReader {
  #state: 'header' | 'skip' | 'content' | 'sparse-map' | 'end' = 'header';
  /** Bytes of content and padding still to come in states skip and content. */
  #remaining = 0;
  #paddingBytes = 0;
  readonly #partial = Buffer.alloc(blockBytes);
  #partialBytes = 0;
  #sink: ContentSink | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  #pax: PaxOverrides | undefined;
  /** An old GNU sparse file whose map goes on. */
  #mapped: { readonly realBytes: number; readonly ranges: SparseRange[]; readonly sizeBytes: number } | undefined;
  #holeBytes = 0;
  #zeroBlocks = 0;
  #entries = 0;

  constructor(
    private readonly visitor: TarVisitor,
    private readonly bounds: TarBounds,
  ) {}

  get entries(): number {
    return this.#entries;
  }

  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      switch (this.#state) {
        case 'skip': {
          const step = Math.min(this.#remaining, chunk.length - at);
          this.skipped(step);
          at += step;
          break;
        }
        case 'content':
          at += this.#content(chunk, at);
          break;
        case 'end':
          // Runtimes stop at the end marker, so what follows is not part of the image.
          return;
        default:
          at += this.#block(chunk, at);
      }
    }
  }

  /** Bytes of the archive that nobody needs next. A reader of a seekable file may jump over them and call `skipped`. */
  get skippableBytes(): number {
    return this.#state === 'skip' ? this.#remaining : 0;
  }

  get ended(): boolean {
    return this.#state === 'end';
  }

  skipped(bytes: number): void {
    this.#remaining -= bytes;
    if (this.#remaining === 0) this.#state = 'header';
  }

  /**
   * A missing end marker, and missing padding after the last content, are tolerated as runtimes tolerate them (umoci writes
   * such layers); an entry cut short is not.
   */
  end(): void {
    const isBetweenEntries =
      this.#state === 'end' ||
      (this.#state === 'header' && this.#partialBytes === 0) ||
      (this.#state === 'skip' && this.#remaining <= this.#paddingBytes);
    if (!isBetweenEntries) throw new TarFault('tar-truncated', 'the tar stream ends in the middle of an entry');
  }

  #block(chunk: Buffer, at: number): number {
    if (this.#partialBytes === 0 && chunk.length - at >= blockBytes) {
      this.#handleBlock(chunk, at);
      return blockBytes;
    }
    const step = Math.min(blockBytes - this.#partialBytes, chunk.length - at);
    chunk.copy(this.#partial, this.#partialBytes, at, at + step);
    this.#partialBytes += step;
    if (this.#partialBytes === blockBytes) {
      this.#partialBytes = 0;
      this.#handleBlock(this.#partial, 0);
    }
    return step;
  }

  #handleBlock(bytes: Buffer, start: number): void {
    if (this.#state === 'sparse-map') {
      this.#handleMap(bytes, start);
      return;
    }
    if (bytes[start] === 0 && isZeroBlock(bytes, start)) {
      if (++this.#zeroBlocks === 2) this.#state = 'end';
      return;
    }
    this.#zeroBlocks = 0;
    const header = parseTarHeader(bytes, start);
    this.#handleHeader(header, header.typeFlag === 'S' ? oldSparseMap(bytes, start) : undefined);
  }

  #handleHeader(header: TarHeader, sparseMap: OldSparseMap | undefined): void {
    switch (header.typeFlag) {
      case 'x':
        this.#metadata(header, (body) => (this.#pax = parsePax(body)));
        return;
      case 'g':
        // A global header would rename every entry that follows. Container runtimes do not apply it, so neither do we.
        this.#skip(header.sizeBytes);
        return;
      case 'L':
        this.#metadata(header, (body) => (this.#longName = untilNul(body)));
        return;
      case 'K':
        this.#metadata(header, (body) => (this.#longLink = untilNul(body)));
        return;
      default:
        this.#handleEntry(header, sparseMap);
    }
  }

  #handleEntry(header: TarHeader, sparseMap: OldSparseMap | undefined): void {
    if (++this.#entries > this.bounds.entriesPerLayer) {
      throw new TarFault('layer-too-many-entries', `the layer has more than ${this.bounds.entriesPerLayer} entries`);
    }
    const pax = this.#pax;
    const name = pax?.path ?? this.#longName ?? header.name;
    const linkName = pax?.linkPath ?? this.#longLink ?? header.linkName;
    this.#pax = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    if (name.length > this.bounds.pathBytes || linkName.length > this.bounds.pathBytes) {
      throw new TarFault('tar-path-too-long', `a path in the layer is longer than ${this.bounds.pathBytes} bytes`);
    }
    const kind = kindOf(header.typeFlag, name, pax?.sparse !== undefined);
    // Links, devices and directories have no content whatever their size field says (some writers fill it in).
    const sizeBytes = '123456'.includes(header.typeFlag) ? 0 : (pax?.sizeBytes ?? header.sizeBytes);
    const sparse = kind === 'sparse' ? this.#sparseFile(sparseMap, pax, sizeBytes) : undefined;
    const more = {
      ...(sparse === undefined ? {} : { realBytes: sparse.realBytes }),
      ...(knownTypes.includes(header.typeFlag) ? {} : { unknownType: header.typeFlag }),
    };
    const sink = this.visitor.entry({ name, linkName, kind, sizeBytes, mode: header.mode, ...more });
    const isWanted = sink !== undefined && (kind === 'file' || sparse !== undefined);
    if (isWanted && sparse !== undefined) this.#holeBytes += holesOf(sparse, sizeBytes);
    if (sparseMap?.goesOn === true) {
      if (isWanted) this.#sink = sink;
      this.#mapped =
        isWanted && sparse?.ranges !== undefined ? { ...sparse, ranges: [...sparse.ranges], sizeBytes } : undefined;
      this.#skip(sizeBytes);
      this.#state = 'sparse-map';
    } else if (isWanted) {
      this.#start(sizeBytes, sparse === undefined ? sink : wholeOfSparse(sparse, sizeBytes, sink));
    } else {
      this.#skip(sizeBytes);
    }
  }

  /** Undefined where it is not made whole. */
  #sparseFile(
    sparseMap: OldSparseMap | undefined,
    pax: PaxOverrides | undefined,
    sizeBytes: number,
  ): SparseFile | undefined {
    const file = sparseMap ?? (pax?.sparse === undefined ? undefined : sparseFileOf(pax.sparse));
    return file === undefined || this.#holeBytes + holesOf(file, sizeBytes) > maxHoleBytes ? undefined : file;
  }

  /** A block of 21 more ranges, and whether it is the last. */
  #handleMap(bytes: Buffer, start: number): void {
    const mapped = this.#mapped;
    if (mapped !== undefined) {
      mapped.ranges.push(...oldRanges(bytes, start, 21));
      checkCount(mapped.ranges);
    }
    if (bytes[start + 504] === 1) return;
    this.#state = this.#remaining === 0 ? 'header' : 'skip';
    const sink = this.#sink;
    if (mapped === undefined || sink === undefined) return;
    this.#mapped = undefined;
    this.#sink = undefined;
    this.#start(mapped.sizeBytes, wholeOfSparse(mapped, mapped.sizeBytes, sink));
  }

  #metadata(header: TarHeader, finish: (body: Buffer) => void): void {
    if (header.sizeBytes > metadataBytes) {
      throw new TarFault('tar-header-invalid', `a tar metadata record is larger than ${metadataBytes} bytes`);
    }
    this.#start(header.sizeBytes, wholeContent(header.sizeBytes, finish));
  }

  #start(sizeBytes: number, sink: ContentSink): void {
    if (sizeBytes === 0) {
      sink.end();
      return;
    }
    this.#remaining = paddedBytes(sizeBytes);
    this.#paddingBytes = this.#remaining - sizeBytes;
    this.#sink = sink;
    this.#state = 'content';
  }

  #skip(sizeBytes: number): void {
    this.#remaining = paddedBytes(sizeBytes);
    this.#paddingBytes = this.#remaining - sizeBytes;
    if (this.#remaining > 0) this.#state = 'skip';
  }

  #content(chunk: Buffer, at: number): number {
    const sink = this.#sink;
    if (sink === undefined) throw new TarFault('tar-reader-state', 'content arrives for no entry');
    const left = this.#remaining - this.#paddingBytes;
    const step = Math.min(left, chunk.length - at);
    const goesOn = sink.write(chunk.subarray(at, at + step));
    this.#remaining -= step;
    if (!goesOn || step === left) {
      this.#sink = undefined;
      this.#state = this.#remaining === 0 ? 'header' : 'skip';
      if (goesOn) sink.end();
    }
    return step;
  }
}

const knownTypes = '\x0001234567S';
/** Labels, directories' lists, parts of files and headers of GNU's and Solaris's own, which no file is made of. */
const recordTypes = 'DMNVX';

/** An unknown type is a file: "any other values […] shall be treated as regular files", pax(1). */
function kindOf(typeFlag: string, name: string, sparse: boolean): TarEntryKind {
  switch (typeFlag) {
    case '4':
    case '6':
      return 'other';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character-device';
    case '5':
      return 'directory';
    case 'S':
      return 'sparse';
    default:
      if (recordTypes.includes(typeFlag)) return 'other';
      if (sparse) return 'sparse';
      // Tar before POSIX had no type for directories: the name ends in a slash.
      return name.endsWith('/') ? 'directory' : 'file';
  }
}

function holesOf({ realBytes }: SparseFile, storedBytes: number): number {
  return Math.max(0, realBytes - storedBytes);
}

function paddedBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

function untilNul(body: Buffer): string {
  const nul = body.indexOf(0);
  return nameFrom(body, 0, nul === -1 ? body.length : nul);
}
