import type { Advisory } from '@tidewaiter/contracts';
import type { Transaction } from '@tidewaiter/db';
import type { FeedCause } from './feed-cause';

/** Content hashes, in hex, of every record a source has that is not gone, by the record's own id. */
export async function storedHashes(tx: Transaction, sourceId: string): Promise<Map<string, string>> {
  const rows = await tx.$queryRaw<{ nativeId: string; hash: string }[]>`
    SELECT native_id AS "nativeId", encode(content_hash, 'hex') AS hash
      FROM advisory WHERE source_id = ${sourceId} AND removed_at IS NULL`;
  return new Map(rows.map((row) => [row.nativeId, row.hash]));
}

export interface ChangedAdvisory {
  readonly advisory: Advisory;
  readonly contentHash: string;
}

/**
 * Replaces records by what the feed says now and marks the keys of the old and the new form dirty, in one transaction: a
 * crash leaves either both or neither.
 */
export async function writeAdvisories(
  tx: Transaction,
  changed: readonly ChangedAdvisory[],
  cause: FeedCause,
): Promise<void> {
  const rows = changed.map(toRow);
  const ids = await tx.$queryRaw<{ id: number; nativeId: string }[]>`
    INSERT INTO advisory (source_id, feed, native_id, modified, published, withdrawn, summary, aliases, upstream, severities,
           "references", content_hash)
    SELECT ${cause.source}, r.feed, r."nativeId", r.modified, r.published, r.withdrawn, r.summary, r.aliases, r.upstream,
           r.severities, r."references", decode(r."contentHash", 'hex')
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(feed text, "nativeId" text, modified text, published text,
           withdrawn text, summary text, aliases text[], upstream text[], severities jsonb, "references" text[],
           "contentHash" text)
    ON CONFLICT (source_id, native_id) DO UPDATE SET modified = excluded.modified, published = excluded.published,
           withdrawn = excluded.withdrawn, summary = excluded.summary, aliases = excluded.aliases,
           upstream = excluded.upstream, severities = excluded.severities, "references" = excluded."references",
           content_hash = excluded.content_hash, removed_at = NULL
    RETURNING id, native_id AS "nativeId"`;
  const rowIds = new Map(ids.map((row) => [row.nativeId, row.id]));
  const advisoryIds = [...rowIds.values()];
  await markDirty(tx, advisoryIds, cause);
  await tx.$executeRaw`DELETE FROM advisory_affected WHERE advisory_id = ANY(${advisoryIds})`;
  await insertAffected(tx, changed, rowIds);
  await markDirty(tx, advisoryIds, cause);
}

/** Marks records that the source no longer has, and their keys dirty. */
export async function removeAdvisories(tx: Transaction, nativeIds: readonly string[], cause: FeedCause): Promise<void> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    UPDATE advisory SET removed_at = now()
     WHERE source_id = ${cause.source} AND native_id = ANY(${[...nativeIds]}) AND removed_at IS NULL
    RETURNING id`;
  await markDirty(
    tx,
    rows.map((row) => row.id),
    cause,
  );
}

/** The packages under every key of these records are to be judged again. */
export async function markDirty(tx: Transaction, advisoryIds: readonly number[], cause: FeedCause): Promise<void> {
  if (advisoryIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO dirty_key (ecosystem, name, cause)
    SELECT DISTINCT f.ecosystem, f.name, ${JSON.stringify(cause)}::jsonb
      FROM advisory_affected f WHERE f.advisory_id = ANY(${[...advisoryIds]}::int[])
     ORDER BY f.ecosystem, f.name
    ON CONFLICT (ecosystem, name) DO UPDATE SET cause = excluded.cause, since = now()`;
}

async function insertAffected(
  tx: Transaction,
  changed: readonly ChangedAdvisory[],
  rowIds: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = changed.flatMap(({ advisory }) =>
    advisory.affected.map((affected) => ({ advisoryId: rowIds.get(advisory.id), ...affected })),
  );
  await tx.$executeRaw`
    INSERT INTO advisory_affected (advisory_id, ecosystem, name, ranges, versions, severities)
    SELECT r."advisoryId", r.ecosystem, r.name, r.ranges, r.versions, r.severities
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r("advisoryId" int, ecosystem text, name text, ranges jsonb,
           versions text[], severities jsonb)`;
}

function toRow({ advisory, contentHash }: ChangedAdvisory) {
  const {
    feed,
    id: nativeId,
    modified,
    published,
    withdrawn,
    summary,
    aliases,
    upstream,
    severities,
    references,
  } = advisory;
  return {
    feed,
    nativeId,
    modified,
    published: published ?? null,
    withdrawn: withdrawn ?? null,
    summary: summary ?? null,
    aliases,
    upstream,
    severities,
    references,
    contentHash,
  };
}
