import type { FeedProblem } from './feed';

/** Few records of a source kept by hand come and go; what a broken export loses is more. */
const negligible = 10;

export interface ShrinkCounts {
  readonly before: number;
  readonly now: number;
  readonly maxShrinkPercent: number;
}

/**
 * Nobody takes back a fifth of all advisories at once. An export that lost more than a share of its records is broken,
 * truncated, of another shape or the wrong one, and what it lacks is not known to be gone.
 */
export function hasShrunk({ before, now, maxShrinkPercent }: ShrinkCounts): boolean {
  const lost = before - now;
  return lost > negligible && lost * 100 > before * maxShrinkPercent;
}

/**
 * Nothing is left of a few records, or of a release whose time is over: that is believed, and said, for whoever has such packages hears
 * nothing of them any more.
 */
export function goneProblem(ecosystem: string): FeedProblem {
  const message = `the source has nothing of ${ecosystem} any more; what it said of it is taken back`;
  return { code: 'feed-ecosystem-gone', message, part: ecosystem, path: ecosystem };
}

/** The same as a service tells it. */
export function shrinkProblem(
  counts: ShrinkCounts,
  { part, what }: { readonly part: string; readonly what: string } = { part: 'the source', what: 'usable records' },
): FeedProblem | undefined {
  if (!hasShrunk(counts)) return undefined;
  const { before, now, maxShrinkPercent } = counts;
  const message =
    `${part} has ${now} ${what} where it had ${before}, more than ${maxShrinkPercent} % fewer; those it had stay. ` +
    'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return { code: 'feed-shrunk', message, part, path: part, fatal: true };
}
