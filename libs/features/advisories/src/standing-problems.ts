import { recordNamedBy, type FeedProblem } from '@tidewaiter/feeds';
import { problemSampleSize, type ReadSource } from './source-reading';
import { StoredProblems } from './stored-columns.schema';

interface Problems {
  readonly problemCount: number;
  readonly problems: readonly FeedProblem[];
}

/**
 * What could not be used of a source, after a reading. One of only what changed did not look at the rest: what earlier readings could
 * not use there still cannot be used.
 */
export function standingProblems(
  before: { readonly problems: number; readonly problemSample: unknown },
  read: Pick<ReadSource, 'isPartial' | 'isLookedAt' | 'problemCount' | 'problems'>,
): Problems {
  const { isPartial, isLookedAt, problemCount, problems } = read;
  if (!isPartial) return { problemCount, problems: problems.slice(0, problemSampleSize) };
  const known = StoredProblems.parse(before.problemSample);
  // What is frozen is told anew by every reading.
  const standing = known.filter(({ code, path }) => code !== 'feed-release-frozen' && !isLookedAt(recordNamedBy(path)));
  const count = before.problems - (known.length - standing.length);
  return { problemCount: problemCount + count, problems: [...problems, ...standing].slice(0, problemSampleSize) };
}
