/** Numbers of the tags that are read here: rpmtag.h. */
export const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  architecture: 1022,
  fileFlags: 1037,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularityLabel: 5096,
} as const;

type Tag = (typeof tags)[keyof typeof tags];

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

const entryBytes = 16;
const maxEntries = 65_535;
const int32 = 4;
const textTypes: ReadonlySet<number> = new Set([6, 8, 9]);
/** Bytes of one value by type; types that are missing here hold strings. */
const valueBytes: Readonly<Record<number, number>> = { 0: 0, 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1 };

/**
 * A package's header as databases hold it, without the magic number that it has in files: two counts, the index, the data.
 * https://rpm-software-management.github.io/rpm/manual/format_header.html
 */
export class RpmHeader {
  private constructor(
    private readonly entries: ReadonlyMap<number, Entry>,
    private readonly data: Buffer,
    /** Something in it does not fit into its bounds; the rest can be read. */
    readonly isDamaged: boolean,
  ) {}

  /** `undefined` where not even the index can be read. */
  static parse(blob: Buffer): RpmHeader | undefined {
    if (blob.length < 8) return undefined;
    const count = blob.readUInt32BE(0);
    const dataAt = 8 + entryBytes * count;
    if (count === 0 || count > maxEntries || dataAt > blob.length) return undefined;
    const dataEnd = dataAt + blob.readUInt32BE(4);
    const data = blob.subarray(dataAt, dataEnd);
    let isDamaged = dataEnd > blob.length;
    const entries = new Map<number, Entry>();
    for (let at = 8; at < dataAt; at += entryBytes) {
      const tag = blob.readUInt32BE(at);
      // Below are the regions, which say what was signed. What was added since stands after them and counts more.
      if (tag < 100) continue;
      const entry = {
        type: blob.readUInt32BE(at + 4),
        offset: blob.readInt32BE(at + 8),
        count: blob.readUInt32BE(at + 12),
      };
      if (fits(entry, data)) entries.set(tag, entry);
      else isDamaged = true;
    }
    return new RpmHeader(entries, data, isDamaged);
  }

  /** Of translated texts the first, which is the untranslated one. */
  text(tag: Tag): string | undefined {
    const entry = this.#textEntry(tag);
    return entry === undefined ? undefined : this.data.toString('utf8', entry.offset, this.#endOfText(entry.offset));
  }

  texts(tag: Tag): readonly string[] {
    const entry = this.#textEntry(tag);
    if (entry === undefined) return [];
    const texts: string[] = [];
    for (let at = entry.offset; texts.length < entry.count && at < this.data.length;) {
      const end = this.#endOfText(at);
      texts.push(this.data.toString('utf8', at, end));
      at = end + 1;
    }
    return texts;
  }

  integer(tag: Tag): number | undefined {
    return this.integers(tag)[0];
  }

  /** Unsigned. */
  integers(tag: Tag): readonly number[] {
    const entry = this.entries.get(tag);
    if (entry?.type !== int32) return [];
    const values: number[] = [];
    for (let index = 0; index < entry.count; index++) values.push(this.data.readUInt32BE(entry.offset + 4 * index));
    return values;
  }

  #textEntry(tag: Tag): Entry | undefined {
    const entry = this.entries.get(tag);
    return entry !== undefined && textTypes.has(entry.type) ? entry : undefined;
  }

  #endOfText(at: number): number {
    const end = this.data.indexOf(0, at);
    return end === -1 ? this.data.length : end;
  }
}

function fits(entry: Entry, data: Buffer): boolean {
  const room = data.length - entry.offset;
  if (entry.offset < 0 || room < 0) return false;
  if (textTypes.has(entry.type)) return entry.count <= room;
  const bytes = valueBytes[entry.type];
  return bytes !== undefined && entry.count * bytes <= room;
}
