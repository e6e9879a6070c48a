import type { FeedProblem } from './feed';

/** Few records of a source kept by hand come and go; what a broken export loses is more. */
const negligible = 10;

/**
 * Nobody takes back a fifth of all advisories at once. An export that lost more than a share of its records is broken,
 * truncated, of another shape or the wrong one, and what it lacks is not known to be gone.
 */
export function shrinkProblem({
  before,
  now,
  maxShrinkPercent,
  part = 'the source',
}: {
  before: number;
  now: number;
  maxShrinkPercent: number;
  part?: string;
}): FeedProblem | undefined {
  const lost = before - now;
  if (lost <= negligible || lost * 100 <= before * maxShrinkPercent) return undefined;
  const message =
    `${part} has ${now} usable records where it had ${before}, more than ${maxShrinkPercent} % fewer; those it had stay. ` +
    'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return { code: 'feed-shrunk', message, part, path: part, fatal: true };
}
