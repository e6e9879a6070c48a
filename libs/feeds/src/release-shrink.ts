import type { Advisory } from '@tidewaiter/contracts';
import { isFeedProblem, type FeedProblem, type ReadAdvisory } from './feed';
import { goneProblem, shrinkProblem } from './shrink';

/** Packages that records speak of, by ecosystem: each counts once for a record. */
export type PackageCounts = ReadonlyMap<string, number>;

/**
 * What a feed by release read, where nothing of a release is missing. A document that is not there, empty or unreadable takes its rows
 * out of records that other documents have as well: these are no records then, and all of them stay as they were. The first time
 * there is nothing to keep, and what could be read is taken.
 */
export async function* withoutLostReleases(
  items: AsyncIterable<ReadAdvisory | FeedProblem>,
  { before, maxShrinkPercent }: { readonly before: PackageCounts; readonly maxShrinkPercent: number },
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
  const lost = isWhole ? lostReleases(now, { before, maxShrinkPercent }) : [];
  yield* lost;
  if (before.size > 0 && !(isWhole && lost.length === 0)) return;
  yield* [...before.keys()].filter((ecosystem) => isWhole && !now.has(ecosystem)).map(goneProblem);
  yield* records;
}

function ecosystemsOf({ affected }: Advisory): readonly string[] {
  const packages = new Map(affected.map(({ ecosystem, name }) => [JSON.stringify([ecosystem, name]), ecosystem]));
  return [...packages.values()];
}

function lostReleases(
  now: PackageCounts,
  { before, maxShrinkPercent }: { readonly before: PackageCounts; readonly maxShrinkPercent: number },
): readonly FeedProblem[] {
  return [...before].flatMap(([ecosystem, count]) => {
    const counts = { before: count, now: now.get(ecosystem) ?? 0 };
    return (
      shrinkProblem({ ...counts, maxShrinkPercent }, { part: ecosystem, what: 'packages in usable records' }) ?? []
    );
  });
}
