import type { Enrichment, VexStatement } from '@tidewaiter/contracts';
import { isFeedProblem, shrinkProblem, type Source, type FeedProblem, type Snapshot } from '@tidewaiter/feeds';

export interface ReadEnrichment {
  readonly items: readonly (Enrichment | VexStatement)[];
  readonly problemCount: number;
  /** The first ones. */
  readonly problems: readonly FeedProblem[];
  /** Why what was read must not take the place of what is there. */
  readonly refusal: string | undefined;
}

interface ReadOptions {
  readonly lastRecords: number;
  readonly maxShrinkPercent: number;
  readonly signal: AbortSignal | undefined;
}

/** Problems kept for the reader; the rest is counted. */
const problemSampleSize = 50;

/** All of a source at once: the largest has some 0.3 million lines. */
export async function readEnrichment(
  source: Source<Enrichment | VexStatement>,
  snapshot: Snapshot,
  options: ReadOptions,
): Promise<ReadEnrichment> {
  const items: (Enrichment | VexStatement)[] = [];
  const problems: FeedProblem[] = [];
  let problemCount = 0;
  let fatal: FeedProblem | undefined;
  for await (const item of source.parse(snapshot)) {
    options.signal?.throwIfAborted();
    if (!isFeedProblem(item)) items.push(item);
    else {
      problemCount += 1;
      if (problems.length < problemSampleSize) problems.push(item);
      if (item.fatal === true) fatal ??= item;
    }
  }
  return { items, problemCount, problems, refusal: fatal?.message ?? refusalOf(items.length, options) };
}

function refusalOf(
  now: number,
  { lastRecords, maxShrinkPercent }: { readonly lastRecords: number; readonly maxShrinkPercent: number },
): string | undefined {
  if (now === 0) return 'the source has no record that can be used';
  return shrinkProblem({ before: lastRecords, now, maxShrinkPercent })?.message;
}
