import {
  frozenProblem,
  goneProblem,
  areTooManySilenced,
  hasShrunk,
  isFeedProblem,
  isWholeReadingDue,
  recordNamedBy,
  storedStamp,
  thawedProblem,
  withoutLostReleases,
  type Feed,
  type FeedProblem,
  type ReadAdvisory,
  type SnapshotPart,
} from '@tidewaiter/feeds';
import { encodeRecord, type EncodedRecord } from './codec';
import type { Frozen } from './part-freeze';
import type { OpenedPart, PartCounts, PartEnd, PartPiece, PartToWrite } from './part-writer';

export interface PartResult extends PartCounts {
  readonly part: string;
  readonly problems: number;
  /** False when a problem cut the reading short, or it has suspiciously little: nothing was taken for gone then. */
  readonly complete: boolean;
  /** It was read to its end, and so few records are not believed, or that so many say nothing any more (`silenced`). */
  readonly isShrunk: boolean;
  /** Records the store has of it now. */
  readonly stored: number;
}

export interface PartImport {
  readonly feed: Feed;
  readonly part: SnapshotPart;
  /** RFC 3339. */
  readonly now: string;
  /** A part that lost a greater share of its records at once is not believed. */
  readonly maxShrinkPercent: number;
  /** The snapshot has only what changed. */
  readonly isPartial: boolean;
  /** Releases of which it has only the last word, as a bundle says. */
  readonly frozen?: Frozen | undefined;
  onProblem(problem: FeedProblem): void;
}

/** What writes the parts of a store, one after the other: here, or in a thread of its own. */
export interface StoreWriter {
  open(part: PartToWrite): Promise<OpenedPart>;
  /** Returns when the next piece may come. */
  write(piece: PartPiece): Promise<void>;
  counts(): Promise<PartCounts>;
  close(end: PartEnd): Promise<PartCounts>;
}

/** Brings one part of the store to the state of the snapshot. */
export async function importPart(writer: StoreWriter, task: PartImport): Promise<PartResult> {
  const { feed, part, now, isPartial, frozen, maxShrinkPercent } = task;
  const { isByRelease = false, revision } = feed;
  const name = part.name;
  const about = { feed: feed.id, revision, isByRelease, part: name, now, isPartial, maxShrinkPercent, frozen };
  const opened = await writer.open(about);
  const isWhole = isWholeReadingDue(opened.wholeAt, now);
  const reading = new PartReading(feed, isWhole ? new Map() : opened.stamps);
  let problems = 0;
  let complete = true;
  const note = (problem: FeedProblem): void => {
    problems += 1;
    if (problem.fatal) complete = false;
    reading.leaveOut(recordNamedBy(problem.path));
    task.onProblem(problem);
  };
  const items = feed.parse({ parts: [part] }, reading.knows);
  const believing = { before: opened.packages, maxShrinkPercent, dropsReleases: feed.dropsReleases };
  const believed = isByRelease ? withoutLostReleases(items, believing) : items;
  for await (const item of believed) {
    if (isFeedProblem(item)) note(item);
    else reading.add(item);
    if (reading.isFull()) await writer.write(reading.take());
  }
  await writer.write(reading.take());
  let isShrunk = false;
  let silenced: PartCounts['silenced'];
  if (!isPartial) {
    const { before, records, silenced: suspects } = await writer.counts();
    // No feed is empty: this is a wrong file or a broken export, and taking it at its word would clear everything.
    if (complete && records === 0) note(emptyPart(part.name));
    const hasFewer = hasShrunk({ before, now: records, maxShrinkPercent });
    if (!hasFewer && suspects !== undefined && areTooManySilenced({ ...suspects, maxShrinkPercent }))
      silenced = suspects;
    isShrunk = complete && (hasFewer || silenced !== undefined);
    complete &&= !isShrunk;
  }
  const counts = await writer.close({ isComplete: complete, isWhole });
  // Told, and not counted: it can be used, only it ages.
  for (const [ecosystem, since] of Object.entries(counts.frozen)) task.onProblem(frozenProblem(ecosystem, since));
  for (const [release, lost] of Object.entries(counts.thawed)) task.onProblem(thawedProblem(release, lost));
  // A feed by release has said so itself.
  if (!isByRelease) for (const ecosystem of counts.takenBack) task.onProblem(goneProblem(ecosystem));
  const stored = complete ? counts.records : counts.before + counts.added;
  return { part: part.name, ...counts, stored, problems, complete, isShrunk, silenced };
}

function emptyPart(part: string): FeedProblem {
  return { code: 'feed-part-empty', message: `${part} has no usable record`, part, path: part, fatal: true };
}

/** What a piece holds at most, in characters: some hundred records. */
const pieceChars = 100_000;

/** What was read of a part and is not written yet. */
class PartReading {
  private records: EncodedRecord[] = [];
  private unread: string[] = [];
  private unusable: string[] = [];
  private chars = 0;
  private readonly stamps: Map<string, string>;

  constructor(
    private readonly feed: Feed,
    stamps: ReadonlyMap<string, string>,
  ) {
    this.stamps = new Map(stamps);
  }

  readonly knows = (id: string, stamp: string): boolean => {
    if (this.stamps.get(id) !== storedStamp(this.feed, stamp)) return false;
    this.unread.push(id);
    return true;
  };

  /** It cannot be read, or some of it. */
  leaveOut(name: string): void {
    this.unusable.push(name);
  }

  add(advisory: ReadAdvisory): void {
    const { id, stamp } = advisory;
    const record = encodeRecord(advisory, stamp === undefined ? null : storedStamp(this.feed, stamp));
    // From now on what is known of it is this, wherever it lies.
    this.stamps.delete(id);
    this.records.push(record);
    this.chars += record.body.length + record.affected.length;
    for (const text of record.texts) this.chars += text.length;
  }

  isFull(): boolean {
    return this.chars >= pieceChars;
  }

  take(): PartPiece {
    const { records, unread, unusable } = this;
    this.records = [];
    this.unread = [];
    this.unusable = [];
    this.chars = 0;
    return { records, unread, unusable };
  }
}
