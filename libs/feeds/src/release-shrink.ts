import type { Advisory } from '@tidewaiter/contracts';
import { isFeedProblem, type FeedProblem, type ReadAdvisory } from './feed';
import { goneProblem, isRelease, negligible, shrinkProblem } from './shrink';

/** Packages that records speak of, by ecosystem: each counts once for a record. */
export type PackageCounts = ReadonlyMap<string, number>;

interface Believing {
  readonly before: PackageCounts;
  readonly maxShrinkPercent: number;
  /** Of the feed. */
  readonly dropsReleases?: boolean | undefined;
}

/**
 * What a feed by release read, where nothing of a release is missing. A document that is not there, empty or unreadable takes its rows
 * out of records that other documents have as well: these are no records then, and all of them stay as they were. The first time
 * there is nothing to keep, and what could be read is taken. Where one document has all releases, whoever stores the records keeps the last
 * word of one of which nothing at all is left, and the others go on.
 */
export async function* withoutLostReleases(
  items: AsyncIterable<ReadAdvisory | FeedProblem>,
  { before, maxShrinkPercent, dropsReleases }: Believing,
): AsyncGenerator<ReadAdvisory | FeedProblem> {
  const records: ReadAdvisory[] = [];
  const now = new Map<string, number>();
  let isWhole = true;
  for await (const item of items) {
    if (isFeedProblem(item)) {
      isWhole &&= item.fatal !== true;
      yield item;
    } else {
      records.push(item);
      for (const ecosystem of ecosystemsOf(item)) now.set(ecosystem, (now.get(ecosystem) ?? 0) + 1);
    }
  }
  // Of what was not read to its end no count says anything.
  const lost = isWhole ? lostReleases(now, { before, maxShrinkPercent, dropsReleases }) : [];
  yield* lost;
  if (before.size > 0 && !(isWhole && lost.length === 0)) return;
  const gone = [...before].filter(([ecosystem, count]) => {
    return isWhole && !now.has(ecosystem) && !isFrozen(ecosystem, { count, now, maxShrinkPercent, dropsReleases });
  });
  yield* gone.map(([ecosystem]) => goneProblem(ecosystem));
  yield* records;
}

function ecosystemsOf({ affected }: Advisory): readonly string[] {
  const packages = new Map(affected.map(({ ecosystem, name }) => [JSON.stringify([ecosystem, name]), ecosystem]));
  return [...packages.values()];
}

function lostReleases(
  now: PackageCounts,
  { before, maxShrinkPercent, dropsReleases }: Believing,
): readonly FeedProblem[] {
  return [...before].flatMap(([ecosystem, count]) => {
    if (isFrozen(ecosystem, { count, now, maxShrinkPercent, dropsReleases })) return [];
    const counts = { before: count, now: now.get(ecosystem) ?? 0 };
    return (
      shrinkProblem({ ...counts, maxShrinkPercent }, { part: ecosystem, what: 'packages in usable records' }) ?? []
    );
  });
}

/** Where nothing of any release is left, it is the source that is broken. */
function isFrozen(
  ecosystem: string,
  { count, now, maxShrinkPercent, dropsReleases }: Omit<Believing, 'before'> & { count: number; now: PackageCounts },
): boolean {
  const isKept = dropsReleases === true && maxShrinkPercent < 100 && isRelease(ecosystem);
  return isKept && count > negligible && now.size > 0 && !now.has(ecosystem);
}
