import type { ContentSink } from '../content-sink';
import { blockBytes, numberAt, TarFault } from './tar-header';

/**
 * Files of which an archive holds only what is no hole. https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
 */
export interface SparseRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface SparseFile {
  /** With its holes. */
  readonly realBytes: number;
  /** Where what is stored belongs; undefined where the map stands at the beginning of the content (pax format 1.0). */
  readonly ranges: readonly SparseRange[] | undefined;
}

/** More than a file system gives a file of the size that is read; a list of them takes some megabytes. */
const maxRanges = 100_000;
const zeros = Buffer.alloc(64 * 1024);

/** Old GNU sparse: the first ranges, and whether blocks with more of them follow before the content. */
export interface OldSparseMap {
  readonly realBytes: number;
  readonly ranges: readonly SparseRange[];
  readonly goesOn: boolean;
}

/** Of a header of type `S`. */
export function oldSparseMap(bytes: Buffer, start: number): OldSparseMap {
  return {
    realBytes: numberAt(bytes, start + 483, 12),
    ranges: oldRanges(bytes, start + 386, 4),
    goesOn: bytes[start + 482] === 1,
  };
}

/** The ranges of an old GNU header or of a block that goes on with it, `count` of them at most. */
export function oldRanges(bytes: Buffer, start: number, count: number): readonly SparseRange[] {
  const ranges: SparseRange[] = [];
  for (let at = start; at < start + count * 24 && bytes[at] !== 0; at += 24) {
    ranges.push({ offset: numberAt(bytes, at, 12), sizeBytes: numberAt(bytes, at + 12, 12) });
  }
  return ranges;
}

/** Pairs of offset and size, one behind the other. */
export function rangesOf(numbers: readonly string[]): readonly SparseRange[] {
  if (numbers.length % 2 !== 0 || numbers.length / 2 > maxRanges) throw malformed();
  const ranges: SparseRange[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    ranges.push({ offset: decimal(numbers[at]), sizeBytes: decimal(numbers[at + 1]) });
  }
  return ranges;
}

export function decimal(text: string | undefined): number {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) throw malformed();
  return Number(text);
}

export function checkCount(ranges: readonly SparseRange[]): void {
  if (ranges.length > maxRanges) throw malformed();
}

/** Takes what is stored and hands the whole file on. @throws TarFault where map and file do not fit, which no runtime unpacks either */
export function wholeOfSparse({ realBytes, ranges }: SparseFile, storedBytes: number, sink: ContentSink): ContentSink {
  if (ranges === undefined) return new MappedContent(realBytes, storedBytes, sink);
  return new SparseContent({ realBytes, ranges: checked(ranges, realBytes, storedBytes) }, sink);
}

function checked(ranges: readonly SparseRange[], realBytes: number, storedBytes: number): readonly SparseRange[] {
  checkCount(ranges);
  let end = 0;
  let sum = 0;
  for (const { offset, sizeBytes } of ranges) {
    if (offset < end || offset + sizeBytes > realBytes) throw malformed();
    end = offset + sizeBytes;
    sum += sizeBytes;
  }
  if (sum !== storedBytes) throw malformed();
  return ranges.filter(({ sizeBytes }) => sizeBytes > 0);
}

class SparseContent implements ContentSink {
  #at = 0;
  #range = 0;

  constructor(
    private readonly file: { readonly realBytes: number; readonly ranges: readonly SparseRange[] },
    private readonly sink: ContentSink,
  ) {}

  write(piece: Buffer): boolean {
    for (let at = 0; at < piece.length;) {
      const range = this.file.ranges[this.#range];
      if (range === undefined) throw malformed();
      if (!this.#hole(range.offset)) return false;
      const end = range.offset + range.sizeBytes;
      const step = Math.min(end - this.#at, piece.length - at);
      if (!this.sink.write(piece.subarray(at, at + step))) return false;
      this.#at += step;
      at += step;
      if (this.#at === end) this.#range++;
    }
    return true;
  }

  end(): void {
    if (this.#hole(this.file.realBytes)) this.sink.end();
  }

  #hole(end: number): boolean {
    while (this.#at < end) {
      const step = Math.min(zeros.length, end - this.#at);
      this.#at += step;
      if (!this.sink.write(zeros.subarray(0, step))) return false;
    }
    return true;
  }
}

/** Lines of decimal numbers come first, how many ranges there are and then the ranges, filled up to whole blocks. */
class MappedContent implements ContentSink {
  readonly #numbers: string[] = [];
  #digits = '';
  #mapBytes = 0;
  #content: ContentSink | undefined;

  constructor(
    private readonly realBytes: number,
    private readonly storedBytes: number,
    private readonly sink: ContentSink,
  ) {}

  write(piece: Buffer): boolean {
    const used = this.#content === undefined ? this.#map(piece) : 0;
    if (used === piece.length) return true;
    return this.#content?.write(piece.subarray(used)) ?? true;
  }

  end(): void {
    if (this.#content === undefined) throw malformed();
    this.#content.end();
  }

  /** How much of the piece belongs to the map. */
  #map(piece: Buffer): number {
    let at = 0;
    while (at < piece.length && !this.#isComplete) this.#digit(piece[at++] ?? 0);
    const padding = this.#isComplete ? (blockBytes - ((this.#mapBytes + at) % blockBytes)) % blockBytes : 0;
    const used = Math.min(piece.length, at + padding);
    this.#mapBytes += used;
    if (!this.#isComplete || used < at + padding) return used;
    const file = { realBytes: this.realBytes, ranges: rangesOf(this.#numbers.slice(1)) };
    this.#content = wholeOfSparse(file, this.storedBytes - this.#mapBytes, this.sink);
    return used;
  }

  get #isComplete(): boolean {
    const [count] = this.#numbers;
    return count !== undefined && this.#numbers.length === 1 + 2 * Number(count);
  }

  #digit(byte: number): void {
    if (byte !== 0x0a) {
      this.#digits += String.fromCharCode(byte);
      if (this.#digits.length > 16) throw malformed();
      return;
    }
    if (decimal(this.#digits) > maxRanges && this.#numbers.length === 0) throw malformed();
    this.#numbers.push(this.#digits);
    this.#digits = '';
  }
}

function malformed(): TarFault {
  return new TarFault('tar-header-invalid', 'the map of a sparse file is malformed or has too many entries');
}
