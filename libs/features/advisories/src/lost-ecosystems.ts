import { ecosystemBase } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import type { FeedProblem } from '@tidewaiter/feeds';

/** Of fewer records it is not told whether they were taken back. */
const negligible = 10;

interface Gone {
  readonly sourceId: string;
  /** Ids of the records that the source no longer has. */
  readonly gone: readonly string[];
  /** That it spoke of as a whole. */
  readonly ecosystems: readonly string[];
}

/**
 * Nobody takes back all that is known of npm or of Debian: an archive of it is missing, though of the whole source it may be little.
 * Then nothing is taken for gone. A release of a distribution may end.
 */
export async function lostEcosystem(database: Database, source: Gone): Promise<FeedProblem | undefined> {
  const { sourceId, gone, ecosystems } = source;
  if (gone.length <= negligible) return undefined;
  const known = Map.groupBy(ecosystems, ecosystemBase);
  const named = await database.$queryRaw<{ ecosystem: string; records: number }[]>`
    SELECT split_part(f.ecosystem, ':', 1) AS ecosystem, count(DISTINCT a.id)::int AS records
      FROM advisory a JOIN advisory_affected f ON f.advisory_id = a.id
     WHERE a.source_id = ${sourceId} AND a.removed_at IS NULL AND a.native_id = ANY(${[...gone]})
     GROUP BY 1 HAVING count(DISTINCT a.id) > ${negligible} ORDER BY 1`;
  for (const { ecosystem, records } of named) {
    const releases = known.get(ecosystem);
    if (releases === undefined || (await hasOthers(database, { sourceId, gone, ecosystems: releases }))) continue;
    const message =
      `the source has nothing of ${ecosystem} any more, of which it had ${records} records; those it had stay. ` +
      'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
    return { code: 'feed-ecosystem-gone', message, part: ecosystem, path: ecosystem, fatal: true };
  }
  return undefined;
}

async function hasOthers(database: Database, { sourceId, gone, ecosystems }: Gone): Promise<boolean> {
  const rows = await database.$queryRaw<unknown[]>`
    SELECT 1 FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
     WHERE f.ecosystem = ANY(${[...ecosystems]}::text[]) AND a.source_id = ${sourceId} AND a.removed_at IS NULL
       AND NOT EXISTS (SELECT FROM unnest(${[...gone]}::text[]) g(id) WHERE g.id = a.native_id)
     LIMIT 1`;
  return rows.length > 0;
}
