import type { DatabaseSync } from 'node:sqlite';
import { isWholeReadingDue, shrinkProblem, type Feed, type FeedProblem, type SnapshotPart } from '@tidewaiter/feeds';
import { PartWriter, type Effects, type PartCounts } from './part-writer';
import type { PartPiece, PartToRead } from './read-part';

export interface PartResult extends Omit<PartCounts, 'before'> {
  readonly part: string;
  readonly problems: number;
  /** False when a problem cut the reading short: nothing was taken for gone then. */
  readonly complete: boolean;
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
  onProblem(problem: FeedProblem): void;
}

/** Reads parts, here or in threads. */
type ReadPart = (task: PartToRead) => AsyncIterable<PartPiece>;

/** Brings one part of the store to the state of the snapshot. */
export async function importPart(database: DatabaseSync, read: ReadPart, task: PartImport): Promise<ImportedPart> {
  const { feed, part, now, isPartial } = task;
  const writer = new PartWriter(database, { feed: feed.id, revision: feed.revision, part: part.name, now, isPartial });
  const isWhole = isWholeReadingDue(writer.wholeAt, now);
  const problems = new PartProblems(task);
  for await (const piece of read({ feed, part, stamps: isWhole ? new Map() : writer.stamps() })) {
    for (const problem of piece.problems) problems.note(problem);
    writer.write(piece);
  }
  if (!isPartial) {
    const { before, records } = writer.counts();
    // No feed is empty: this is a wrong file or a broken export, and taking it at its word would clear everything.
    if (records === 0) problems.note(emptyPart(part.name));
    const { maxShrinkPercent } = task;
    const shrunk = shrinkProblem({ before, now: records, maxShrinkPercent, part: part.name });
    if (problems.isComplete && shrunk !== undefined) problems.note(shrunk);
  }
  const { count, isComplete } = problems;
  const { before: _before, ...counts } = writer.close({ isComplete, isWhole });
  return { result: { part: part.name, ...counts, problems: count, complete: isComplete }, effects: writer.effects() };
}

interface ImportedPart {
  readonly result: PartResult;
  readonly effects: Effects;
}

/** What was wrong with a part. What ends the reading of a file is found by every reader of it, and told once. */
class PartProblems {
  count = 0;
  isComplete = true;
  private readonly fatal = new Set<string>();

  constructor(private readonly task: Pick<PartImport, 'onProblem'>) {}

  note(problem: FeedProblem): void {
    const { code, path, message, fatal } = problem;
    if (fatal) {
      const key = [code, path, message].join('\0');
      if (this.fatal.has(key)) return;
      this.fatal.add(key);
      this.isComplete = false;
    }
    this.count += 1;
    this.task.onProblem(problem);
  }
}

function emptyPart(part: string): FeedProblem {
  return { code: 'feed-part-empty', message: `${part} has no usable record`, part, path: part, fatal: true };
}
