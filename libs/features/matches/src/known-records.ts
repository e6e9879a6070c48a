import { AffectedPackage, SeverityVector, type Severity } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { chooseSeverity } from '@tidewaiter/severity';
import { z } from 'zod';

/** An advisory as it is known, or was known at a moment. */
export interface KnownRecord {
  readonly advisoryId: number;
  readonly feed: string;
  readonly id: string;
  readonly modified: string;
  readonly published: string | null;
  readonly withdrawn: string | null;
  readonly summary: string | null;
  readonly severities: readonly SeverityVector[];
  readonly references: readonly string[];
  /** Since when it was known as this; null: since before that was kept. */
  readonly knownFrom: Date | null;
  /** Until when, also of the past the moment after which it was another or none; null: it still is. */
  readonly knownUntil: Date | null;
  /** What it says of the packages asked for. */
  readonly affected: readonly AffectedPackage[];
}

/** A row `f` of `advisory_affected` as `advisory_revision` keeps it. */
export const affectedEntry = Prisma.sql`jsonb_strip_nulls(to_jsonb(f) - 'id' - 'advisory_id')`;

/**
 * The records about vulnerabilities, by vulnerability, as they are or were known at a moment: by feed and id.
 * `packageIds`: the packages of which is told what they say.
 */
export async function findRecords(
  database: Database,
  vulnerabilityIds: readonly number[],
  { at, packageIds = [] }: { readonly at: Date | undefined; readonly packageIds?: readonly number[] },
): Promise<ReadonlyMap<number, readonly KnownRecord[]>> {
  const ids = Prisma.sql`ANY(${[...vulnerabilityIds]}::int[])`;
  const rows = await database.$queryRaw<RecordRow[]>`
    WITH asked AS MATERIALIZED (
      SELECT DISTINCT ecosystem, name FROM package_key WHERE package_id = ANY(${[...packageIds]}::int[])),
    link AS MATERIALIZED (${linksOf(ids, at)}),
    known AS (${recordsOf(at)})
    SELECT link.vulnerability_id AS "vulnerabilityId", k.id AS "advisoryId", k.feed, k.native_id AS id, k.modified, k.published,
           k.withdrawn, k.summary, k.severities, coalesce(k."references", '{}') AS "references", k.known_from AS "knownFrom", k.known_until AS "knownUntil",
           ${affectedAt(at)} AS affected
      FROM link JOIN known k ON k.id = link.advisory_id
     ORDER BY k.feed, k.native_id, k.id`;
  const records = rows.map(({ vulnerabilityId, severities, affected, ...row }) => ({
    vulnerabilityId,
    record: {
      ...row,
      severities: z.array(SeverityVector).parse(severities),
      affected: z.array(AffectedPackage).parse(affected),
    },
  }));
  const byVulnerability = Map.groupBy(records, (row) => row.vulnerabilityId);
  return new Map([...byVulnerability].map(([id, found]) => [id, found.map(({ record }) => record)]));
}

/** Whether any record about it was known at the moment or before, though it may have been taken back by then. */
export async function wasKnown(database: Database, vulnerabilityId: number, at: Date): Promise<boolean> {
  const [row] = await database.$queryRaw<{ known: boolean }[]>`
    SELECT EXISTS (SELECT FROM advisory_vulnerability
                    WHERE vulnerability_id = ${vulnerabilityId} AND (known_from IS NULL OR known_from <= ${at}))
        OR EXISTS (SELECT FROM past_advisory_vulnerability
                    WHERE vulnerability_id = ${vulnerabilityId} AND (known_from IS NULL OR known_from <= ${at})) AS known`;
  return row?.known === true;
}

/** A vulnerability as these records together describe it, the way `describeVulnerabilities` does of those that are there. */
export function asDescribed(records: readonly KnownRecord[]): {
  readonly severity: Severity;
  readonly score: number | null;
  readonly summary: string | null;
  readonly published: string | null;
} {
  const standing = records.filter((record) => record.withdrawn === null);
  const inOrder = (standing.length > 0 ? standing : records).toSorted((a, b) => a.advisoryId - b.advisoryId);
  const { severity, score } = chooseSeverity(inOrder.flatMap((record) => record.severities));
  const [published] = inOrder.flatMap((record) => record.published ?? []).sort();
  return {
    severity,
    score: score ?? null,
    summary: inOrder.find((record) => record.summary !== null)?.summary ?? null,
    published: published ?? null,
  };
}

interface RecordRow extends Omit<KnownRecord, 'severities' | 'affected'> {
  readonly vulnerabilityId: number;
  readonly severities: unknown;
  readonly affected: unknown;
}

function linksOf(ids: Prisma.Sql, at: Date | undefined): Prisma.Sql {
  const present = Prisma.sql`SELECT vulnerability_id, advisory_id FROM advisory_vulnerability WHERE vulnerability_id = ${ids}`;
  if (at === undefined) return present;
  return Prisma.sql`
    ${present} AND (known_from IS NULL OR known_from <= ${at})
    UNION
    SELECT vulnerability_id, advisory_id FROM past_advisory_vulnerability
     WHERE vulnerability_id = ${ids} AND (known_from IS NULL OR known_from <= ${at}) AND known_until > ${at}`;
}

/** The times in which a record was known as one thing and as another have no moment in common: at most one of them is found. */
function recordsOf(at: Date | undefined): Prisma.Sql {
  const columns = Prisma.sql`a.id, a.feed, a.native_id`;
  const present = Prisma.sql`
    SELECT ${columns}, a.modified, a.published, a.withdrawn, a.summary, a.severities, a."references", a.known_from,
           a.removed_at AS known_until
      FROM advisory a WHERE a.id IN (SELECT advisory_id FROM link)`;
  if (at === undefined) return Prisma.sql`${present} AND a.removed_at IS NULL`;
  return Prisma.sql`
    ${present} AND (a.known_from IS NULL OR a.known_from <= ${at}) AND (a.removed_at IS NULL OR a.removed_at > ${at})
    UNION ALL
    SELECT ${columns}, r.modified, r.published, r.withdrawn, r.summary, r.severities, r."references", r.known_from, r.known_until
      FROM advisory_revision r JOIN advisory a ON a.id = r.advisory_id
     WHERE r.advisory_id IN (SELECT advisory_id FROM link) AND (r.known_from IS NULL OR r.known_from <= ${at})
       AND r.known_until > ${at}`;
}

/** What a record `k` says of the packages asked for. A revision that kept nothing said what the one after it says. */
function affectedAt(at: Date | undefined): Prisma.Sql {
  const present = Prisma.sql`
    coalesce((SELECT jsonb_agg(${affectedEntry} ORDER BY f.id)
                FROM advisory_affected f JOIN asked ON asked.ecosystem = f.ecosystem AND asked.name = f.name
               WHERE f.advisory_id = k.id), '[]')`;
  if (at === undefined) return present;
  return Prisma.sql`
    coalesce((SELECT coalesce((SELECT jsonb_agg(f.entry)
                                 FROM jsonb_array_elements(r.affected) f(entry)
                                 JOIN asked ON asked.ecosystem = f.entry->>'ecosystem' AND asked.name = f.entry->>'name'), '[]')
                FROM advisory_revision r
               WHERE r.advisory_id = k.id AND r.known_until > ${at} AND r.affected IS NOT NULL
               ORDER BY r.known_until LIMIT 1), ${present})`;
}
