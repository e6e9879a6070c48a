import type { Advisory, Enrichment, Problem } from '@tidewaiter/contracts';
import type { RandomAccessFile } from '@tidewaiter/formats';

/**
 * Where knowledge comes from. `fetch` asks whether there is something new and leaves the raw bytes where `io` keeps them;
 * `parse` turns raw bytes into items and depends on nothing else, so the same snapshot always gives the same items and a
 * new `revision` can parse an old snapshot again.
 */
export interface Source<Item> {
  /** Folder name. */
  readonly id: string;
  /** A bump parses stored snapshots again. */
  readonly revision: number;
  fetch(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched>;
  /**
   * Each item once. What cannot be used is a problem and never stops the rest; a `fatal` problem means that an unknown
   * number of items of that part was not read, so what is absent is not known to be gone.
   */
  parse(snapshot: Snapshot): AsyncIterable<Item | FeedProblem>;
}

/** A source of advisories; its id is the `feed` of every advisory it yields. */
export interface Feed extends Source<ReadAdvisory> {
  /** A record that `knows` says is known counts as there, and is left out. Feeds that have no stamps do not ask. */
  parse(snapshot: Snapshot, knows?: KnowsRecord): AsyncIterable<ReadAdvisory | FeedProblem>;
  /** Ecosystems, without release, that our packages can have and this feed speaks of. */
  readonly covers: readonly string[];
  /** Of these, the ones whose vendor it is itself: its plain word about their packages beats every other feed's. */
  readonly speaksFor?: readonly string[];
  /** Where its publisher has it, for those that have one such place. */
  readonly address?: string;
  /**
   * Its documents are sorted by release or package and its records by vulnerability, so that all is read before the first record is known,
   * and a release that is missing shows in no count of records.
   */
  readonly isByRelease?: true;
  /** Of a feed by release: one document has all releases, so that one which is over vanishes from it and no missing document looks like that. */
  readonly dropsReleases?: true;
  /** Its licence lets nobody pass a copy of it on in another form: each installation fetches its own. */
  readonly isNotPassedOn?: true;
}

/** As a feed yields it. */
export interface ReadAdvisory extends Advisory {
  /** Of the document it was read from, and of the parser: with the same one it would be read the same. */
  readonly stamp?: string;
}

/** Whether the record is known just as a document with this stamp has it. */
export type KnowsRecord = (id: string, stamp: string) => boolean;

/** A source of what is known beside advisories. */
export interface EnrichmentSource<Item extends Enrichment = Enrichment> extends Source<Item> {
  /** Where its publisher has it: what an operator who names the source and no address means. */
  readonly address: string;
}

/** What a source looked like when it was last read. Plain JSON: callers store it as it is. */
export interface Fingerprint {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Of the raw bytes, or of the names, sizes and times of local files. */
  readonly sha256: string;
  /** By address, for a source of several files; of a directory, what does not go of itself. What was never there has no entry. */
  readonly files?: Readonly<Record<string, FileFingerprint>>;
  /** Where a feed stands in its source's list of changes; only the feed reads it. */
  readonly cursor?: string;
  /** Which keys its signatures were checked with; absent where none were. */
  readonly checkedWith?: string;
}

export interface FileFingerprint {
  readonly etag?: string;
  readonly lastModified?: string;
  readonly sha256: string;
  /** What the source's own list said of it. */
  readonly version?: string;
  /** Which keys its signature was checked with. */
  readonly checkedWith?: string;
  /** It is not there any more, and what it said stays. */
  readonly isGone?: true;
}

/** One file of a source that has several. */
export interface RemoteFile {
  readonly url: string;
  /** What it is called in problems. */
  readonly name: string;
  /** The part of the snapshot it belongs to. */
  readonly part: string;
  /** In hex, where the source states it. Other bytes are refused. */
  readonly sha256?: string;
  /** The same of what a gzip file inflates to, which counts where `sha256` is not stated or a server inflated it; the file has a version then. */
  readonly inflatedSha256?: string;
  /** What the source's own list says of it, such as a time: while that stays the same the file is not asked for again. */
  readonly version?: string;
  /** The other side may not have it: 404 is no failure then. */
  readonly isOptional?: boolean;
  /** It does not go of itself: where it was there and is not any more, what it said stays, and that is a problem. */
  readonly isLasting?: boolean;
  /** `sha256` is from a list that vouches, so the file needs no signature of its own. */
  readonly isInSignedList?: boolean;
}

/** Unchanged, or what there is now. */
export type Fetched = 'unchanged' | SameSnapshot | FetchedSnapshot;

/** The same bytes as the last time, which the other side calls otherwise now: asked with the last fingerprint it would send them again. */
export interface SameSnapshot {
  readonly fingerprint: Fingerprint;
  readonly snapshot?: undefined;
}

export interface FetchedSnapshot {
  readonly fingerprint: Fingerprint;
  readonly snapshot: Snapshot;
}

/** The outside world as a feed sees it: given by the caller, who decides about network, storage, limits and time. */
export interface FeedIo {
  /** What the operator configured: a path or an http(s) address. */
  readonly source: string;
  /**
   * Set when keys of the publisher are configured: every file that records are read from then has to have a signature by one of
   * them, as `NAME.asc` beside it.
   */
  readonly isSigned?: boolean;
  /** Conditional GET; the body is stored before the promise resolves. */
  download(url: string, last: Fingerprint | undefined): Promise<Fetched>;
  /**
   * Conditional GETs of all files of a source; what did not change is taken from where it was stored. Unchanged when no
   * file changed, came or went.
   */
  downloadAll(files: readonly RemoteFile[], last: Fingerprint | undefined): Promise<Fetched>;
  /**
   * A small document that says where the others are: at most 64 MiB, not stored. One that vouches for them by their sums has to be
   * signed where keys are configured.
   */
  get(url: string, list?: { readonly vouches: boolean }): Promise<Buffer>;
  /** A file or a directory of this machine. */
  local(path: string, last: Fingerprint | undefined, reading?: LocalReading): Promise<Fetched>;
}

export interface LocalReading {
  /** No document goes of itself: each is all of a release. */
  readonly isEachLasting?: boolean;
}

/** Raw bytes of a feed, wherever they are kept. */
export interface Snapshot {
  readonly parts: readonly SnapshotPart[];
  /** Only what changed since the last one: what is absent is as it was. */
  readonly isPartial?: boolean;
  /** What is wrong with it and no part of it says, such as an archive that is not there any more. */
  readonly problems?: readonly FeedProblem[];
}

/** One full export of its own, for example one ecosystem's zip: what is absent from it is gone from it. */
export interface SnapshotPart {
  /** `npm` for `npm.zip` or `npm/all.zip`. Unique in the snapshot. */
  readonly name: string;
  /** Files in a fixed order. A file is readable until the next one is asked for. */
  files(): AsyncIterable<SnapshotFile>;
  /** Where these lie, of a part whose files lie on this machine: another thread can read them there. In the same order. */
  readonly places?: readonly FilePlace[];
}

export interface FilePlace {
  readonly path: string;
  /** As `SnapshotFile` has them. */
  readonly name: string;
  readonly problem?: FeedProblem;
}

export interface SnapshotFile extends RandomAccessFile {
  readonly name: string;
  /** What is wrong with it, whatever it holds. */
  readonly problem?: FeedProblem;
}

/** A record or a file of a feed that could not be used. `path` names the file and the entry in it. */
export interface FeedProblem extends Problem {
  readonly part: string;
  readonly path: string;
  /** Set when the rest of the part was not read either. */
  readonly fatal?: true;
}

export function isUnchanged(fetched: Fetched): fetched is 'unchanged' | SameSnapshot {
  return fetched === 'unchanged' || fetched.snapshot === undefined;
}

export function isFeedProblem<Item extends object>(item: Item | FeedProblem): item is FeedProblem {
  return 'code' in item;
}
