import { ecosystemBase } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import { lostEcosystemProblem, negligible, type FeedProblem } from '@tidewaiter/feeds';

/** A record that is there and no longer speaks of these. */
export interface Unsaid {
  readonly nativeId: string;
  readonly ecosystems: readonly string[];
}

interface Gone {
  readonly sourceId: string;
  /** Ids of the records that the source no longer has, or that say nothing any more. */
  readonly gone: readonly string[];
  readonly unsaid: readonly Unsaid[];
  /** That it spoke of as a whole. */
  readonly ecosystems: readonly string[];
}

/**
 * Nobody takes back all that is known of npm or of Debian: an archive of it is missing, or has another form, though of the whole source it
 * may be little. Then nothing is taken for gone. A release of a distribution may end.
 */
export async function lostEcosystem(database: Database, source: Gone): Promise<FeedProblem | undefined> {
  const { sourceId, gone, unsaid, ecosystems } = source;
  if (gone.length + unsaid.length <= negligible) return undefined;
  const known = Map.groupBy(ecosystems, ecosystemBase);
  const lost = lostEntries(source);
  const named = await database.$queryRaw<{ ecosystem: string; records: number }[]>`
    SELECT split_part(f.ecosystem, ':', 1) AS ecosystem, count(DISTINCT a.id)::int AS records
      FROM unnest(${lost.ids}::text[], ${lost.ecosystems}::text[]) AS l(id, ecosystem)
      JOIN advisory a ON a.source_id = ${sourceId} AND a.native_id = l.id
      JOIN advisory_affected f ON f.advisory_id = a.id AND (l.ecosystem IS NULL OR f.ecosystem = l.ecosystem)
     WHERE a.removed_at IS NULL AND a.withdrawn IS NULL
     GROUP BY 1 HAVING count(DISTINCT a.id) > ${negligible} ORDER BY 1`;
  for (const { ecosystem, records } of named) {
    const releases = known.get(ecosystem);
    if (releases === undefined || (await hasOthers(database, { ...source, ecosystems: releases }))) continue;
    return lostEcosystemProblem(ecosystem, records);
  }
  return undefined;
}

async function hasOthers(database: Database, source: Gone): Promise<boolean> {
  const lost = lostEntries(source);
  const rows = await database.$queryRaw<unknown[]>`
    SELECT 1 FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
     WHERE f.ecosystem = ANY(${[...source.ecosystems]}::text[]) AND a.source_id = ${source.sourceId}
       AND a.removed_at IS NULL AND a.withdrawn IS NULL
       AND NOT EXISTS (
         SELECT FROM unnest(${lost.ids}::text[], ${lost.ecosystems}::text[]) AS l(id, ecosystem)
          WHERE l.id = a.native_id AND (l.ecosystem IS NULL OR l.ecosystem = f.ecosystem))
     LIMIT 1`;
  return rows.length > 0;
}

/** All that a record says, where no ecosystem is beside its id. */
function lostEntries({ gone, unsaid }: Gone) {
  const entries = [
    ...gone.map((id) => ({ id, ecosystem: null })),
    ...unsaid.flatMap(({ nativeId, ecosystems }) => ecosystems.map((ecosystem) => ({ id: nativeId, ecosystem }))),
  ];
  return { ids: entries.map(({ id }) => id), ecosystems: entries.map(({ ecosystem }) => ecosystem) };
}
