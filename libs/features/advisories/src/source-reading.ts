import type { Advisory } from '@tidewaiter/contracts';
import { postgresText } from '@tidewaiter/db';
import {
  contentHash,
  isFeedProblem,
  recordNamedBy,
  shrinkProblem,
  storedStamp,
  type Feed,
  type FeedProblem,
  type ReadAdvisory,
} from '@tidewaiter/feeds';
import type { ChangedAdvisory, StoredRecord } from './advisory-rows';

export interface ReadSource {
  readonly records: number;
  /** Of these, the ones that were read; the others are in the same bytes as the last time. */
  readonly read: number;
  readonly changed: number;
  /** Ids of the records the source no longer has. */
  readonly gone: readonly string[];
  readonly problemCount: number;
  /** The first ones. */
  readonly problems: readonly FeedProblem[];
  /** Set when a part was not read to its end. */
  readonly fatal: FeedProblem | undefined;
  readonly ecosystems: ReadonlySet<string>;
  /** Only what changed was read. */
  readonly isPartial: boolean;
  /** Whether the record was among what was read, in whatever form. */
  isLookedAt(id: string): boolean;
}

/** Problems kept for the reader; the rest is counted. */
export const problemSampleSize = 50;
/** A key of a Postgres index has less than 2,704 bytes. */
const maxKeyBytes = 2_000;

/** One reading of a source, compared with what is stored: which records changed, which are gone, what could not be read. */
export class SourceReading {
  private readonly seen = new Set<string>();
  /** There, but not in a form we can use; in lower case. */
  private readonly unusable = new Set<string>();
  private readonly ecosystems = new Set<string>();
  private readonly problems: FeedProblem[] = [];
  private fatal: FeedProblem | undefined;
  private problemCount = 0;
  private changed = 0;
  private read = 0;
  private readonly newStamps = new Map<string, string | null>();

  constructor(
    private readonly feed: Pick<Feed, 'revision'>,
    private readonly stored: ReadonlyMap<string, StoredRecord>,
    /** Nothing is left out because of its stamp. */
    private readonly isWhole: boolean,
  ) {}

  /** Whether the record is stored from the very same bytes; it counts as there then. */
  readonly knows = (id: string, stamp: string): boolean => {
    if (this.isWhole || this.seen.has(id) || this.stored.get(id)?.stamp !== storedStamp(this.feed, stamp)) return false;
    this.seen.add(id);
    return true;
  };

  /** The record with its hash when it is new or another than the stored one. */
  take(item: ReadAdvisory | FeedProblem): ChangedAdvisory | undefined {
    if (isFeedProblem(item)) return this.takeProblem(item);
    const refusal = this.refusalOf(item);
    if (refusal !== undefined) return this.takeProblem(refusal);
    this.seen.add(item.id);
    for (const affected of item.affected) this.ecosystems.add(affected.ecosystem);
    this.read += 1;
    // A part of it could not be read, and what that said would be missing.
    if (this.unusable.has(item.id.toLowerCase()) && this.stored.has(item.id)) return undefined;
    const hash = contentHash(item);
    const stamp = item.stamp === undefined ? null : storedStamp(this.feed, item.stamp);
    const before = this.stored.get(item.id);
    if (before?.hash !== hash) {
      this.changed += 1;
      return { advisory: item, contentHash: hash, stamp };
    }
    if (before.stamp !== stamp) this.newStamps.set(item.id, stamp);
    return undefined;
  }

  /** Stamps of records that came in other bytes and say what they said before. */
  touched(): ReadonlyMap<string, string | null> {
    return this.newStamps;
  }

  /** Of these releases nothing was read so far. */
  unseenOf(releases: readonly string[]): readonly string[] {
    return releases.filter((release) => !this.ecosystems.has(release));
  }

  get spokenOf(): ReadonlySet<string> {
    return this.ecosystems;
  }

  /** By how many records the source has fewer than before. */
  fewer(staying: readonly string[]): number {
    return this.stored.size - staying.length - this.seen.size;
  }

  get isFatal(): boolean {
    return this.fatal !== undefined;
  }

  /** Ids of the records that were not among what was read. */
  missing(): readonly string[] {
    return [...this.stored.keys()].filter((id) => !this.isThere(id));
  }

  /** Records that stay though they are missing, as they speak of a release that is frozen: they count neither as there nor as lost. */
  result({
    maxShrinkPercent,
    isPartial,
    staying = [],
    refusal,
    held = 0,
  }: {
    maxShrinkPercent: number;
    isPartial: boolean;
    staying?: readonly string[];
    /** Why it is not believed, beside that there is too little of it. */
    refusal?: FeedProblem | undefined;
    /** Records that changed and wait for all to be believed. */
    held?: number;
  }): ReadSource {
    const before = this.stored.size - staying.length;
    if (!isPartial) this.fatal ??= shrinkProblem({ before, now: this.seen.size, maxShrinkPercent });
    this.fatal ??= refusal;
    if (this.fatal !== undefined) this.changed -= held;
    for (const id of staying) this.seen.add(id);
    const { read, changed, problemCount, problems, fatal, ecosystems } = this;
    // What an unreadable part would have had is not known to be gone.
    const gone = fatal === undefined && !isPartial ? [...this.stored.keys()].filter((id) => !this.isThere(id)) : [];
    // What is known, whatever of it was read.
    const records = new Set([...this.stored.keys(), ...this.seen]).size - gone.length;
    const isLookedAt = (id: string): boolean => this.isThere(id);
    return { records, isPartial, read, changed, gone, problemCount, problems, fatal, ecosystems, isLookedAt };
  }

  /** A record that cannot be read any more keeps its last good form. */
  private takeProblem(problem: FeedProblem): undefined {
    this.problemCount += 1;
    if (this.problems.length < problemSampleSize) this.problems.push(problem);
    if (problem.fatal === true) this.fatal ??= problem;
    this.unusable.add(recordNamedBy(problem.path).toLowerCase());
  }

  private isThere(id: string): boolean {
    return this.seen.has(id) || this.unusable.has(id.toLowerCase());
  }

  private refusalOf({ id, feed, affected }: Advisory): FeedProblem | undefined {
    const where = { part: feed, path: `${id}.json` };
    if (postgresText(id) !== id) {
      return { code: 'advisory-id-unusable', message: 'the id of a record holds what is no character', ...where };
    }
    if (this.seen.has(id)) {
      const message = `${id} is in the source more than once; the first one counts`;
      return { code: 'advisory-twice', message, ...where };
    }
    const long = affected.find(
      ({ ecosystem, name }) => Buffer.byteLength(ecosystem) + Buffer.byteLength(name) > maxKeyBytes,
    );
    if (long === undefined) return undefined;
    const message = `${id} speaks of a package whose name has more than ${String(maxKeyBytes)} bytes`;
    return { code: 'advisory-name-too-long', message, ...where };
  }
}
