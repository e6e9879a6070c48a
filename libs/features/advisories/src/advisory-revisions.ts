import { Prisma, type Transaction } from '@tidewaiter/db';
import { affectedEntry } from '@tidewaiter/features/matches';

/** What an advisory `a` says of packages. */
const affectedOf = Prisma.sql`
  coalesce((SELECT jsonb_agg(${affectedEntry} ORDER BY f.id) FROM advisory_affected f WHERE f.advisory_id = a.id), '[]')`;

/**
 * Notes how these records are before they are replaced, in a table of the transaction: only once the new rows are there can it
 * be told whether what they affect changed at all, and mostly it did not.
 */
export async function noteRecords(tx: Transaction, advisoryIds: readonly number[]): Promise<void> {
  if (advisoryIds.length === 0) return;
  await tx.$executeRaw`
    CREATE TEMPORARY TABLE noted_advisory (
      id int, known_from timestamptz, removed_at timestamptz, modified text, published text, withdrawn text, summary text,
      severities jsonb, "references" text[], affected jsonb) ON COMMIT DROP`;
  await tx.$executeRaw`
    INSERT INTO noted_advisory
    SELECT a.id, a.known_from, a.removed_at, a.modified, a.published, a.withdrawn, a.summary, a.severities, a."references",
           ${affectedOf}
      FROM advisory a WHERE a.id = ANY(${[...advisoryIds]}::int[])`;
}

/** Keeps what was noted, as known until `at`, or until the feed had it no longer. */
export async function keepNotedRecords(tx: Transaction, advisoryIds: readonly number[], at: Date): Promise<void> {
  if (advisoryIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO advisory_revision (advisory_id, known_from, known_until, modified, published, withdrawn, summary, severities,
           "references", affected)
    SELECT a.id, a.known_from, coalesce(a.removed_at, ${at}), a.modified, a.published, a.withdrawn, a.summary, a.severities,
           a."references", nullif(a.affected, ${affectedOf})
      FROM noted_advisory a
    ON CONFLICT DO NOTHING`;
}
