import type { FeedProblem } from './feed';

/** Few records of a source kept by hand come and go; what a broken export loses is more. */
export const negligible = 10;

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

/** Nobody takes back all that is known of npm or of Debian. */
export function lostEcosystemProblem(ecosystem: string, records: number): FeedProblem {
  const message =
    `the source has nothing of ${ecosystem} any more, of which it had ${records} records; those it had stay. ` +
    'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return { code: 'feed-ecosystem-gone', message, part: ecosystem, path: ecosystem, fatal: true };
}

/**
 * A release is over for its publisher, who drops all that it said of it: nothing became safer by that. Its last word stays, and who
 * relies on it is told how old it is.
 */
export function frozenProblem(ecosystem: string, since: string): FeedProblem {
  const message =
    `the source has said nothing of ${ecosystem} since ${since}; what it said of it last stays as it was and learns of nothing new. ` +
    'To take it back, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return { code: 'feed-release-frozen', message, part: ecosystem, path: ecosystem };
}

/** It speaks of a release again that was frozen, and of less than was kept of it: a single record is enough for that. */
export function thawedProblem(ecosystem: string, lost: number): FeedProblem {
  const message =
    `the source speaks of ${ecosystem} again; of what was kept of it, ${lost} ${lost === 1 ? 'entry is' : 'entries are'} ` +
    'taken back that it does not have any more';
  return { code: 'feed-release-thawed', message, part: ecosystem, path: ecosystem };
}

/** `Ubuntu:20.04:LTS`, and not `npm` or a repository such as `Maven:https://repo.example`: releases end, ecosystems do not. */
export function isRelease(ecosystem: string): boolean {
  return /^[^:]+:(?!https?:)/i.test(ecosystem);
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
