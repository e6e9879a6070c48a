import { Inject, Injectable } from '@nestjs/common';
import { severities, type Finding, type Severity } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import type { FindingSort } from '@tidewaiter/features/images';
import type { StoredFinding } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';

export interface FindingFilter {
  readonly severity: Severity | undefined;
  readonly verdict: Finding['verdict'] | undefined;
  readonly fixable: boolean | undefined;
  readonly exploited: boolean | undefined;
}

/** What the list is sorted by, match id as text: it is a bigint. */
export type FindingKey = [number | string, string];

export interface FindingRow extends StoredFinding {
  readonly matchId: bigint;
  readonly risk: number;
  /** As it is sorted by: -1 for none. */
  readonly epss: number;
  readonly exploitedSince: string | null;
}

interface Page {
  readonly after: FindingKey | undefined;
  readonly limit: number;
}

/**
 * All open matches, a page at a time: each sort walks an index of its own from where the last page ended. What moves ahead of that
 * place meanwhile is on no later page.
 */
@Injectable()
export class FindingsRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  find(sort: FindingSort, filter: FindingFilter, page: Page): Promise<readonly FindingRow[]> {
    const found = sort === 'severity' ? bySeverity(filter, page) : byColumn(columns[sort], filter, page);
    return this.database.$queryRaw<FindingRow[]>`
      WITH page AS MATERIALIZED (${found})
      SELECT m.id AS "matchId", v.name AS vulnerability, v.aliases, v.summary, k.purl, k.ecosystem, k.name, k.version,
             m.state AS verdict, m.reason, m.severity, m.severity_source AS "severitySource", m.score,
             m.fixed_in AS "fixedIn", m.fix_state AS "fixState", m.fix_channel AS "fixChannel", m.malicious, m.headers_only AS "headersOnly", m.risk, m.epss,
             v.exploited_since AS "exploitedSince", m.opened_at AS "openedAt"
        FROM page JOIN match m ON m.id = page.id JOIN vulnerability v ON v.id = m.vulnerability_id
        JOIN package k ON k.id = m.package_id
       ORDER BY page.place`;
  }
}

const columns = {
  risk: { column: Prisma.sql`m.risk`, type: Prisma.sql`real` },
  epss: { column: Prisma.sql`m.epss`, type: Prisma.sql`real` },
  opened: { column: Prisma.sql`m.opened_at`, type: Prisma.sql`timestamptz` },
} as const;

function byColumn(
  { column, type }: (typeof columns)[keyof typeof columns],
  filter: FindingFilter,
  { after, limit }: Page,
): Prisma.Sql {
  const start =
    after === undefined
      ? Prisma.empty
      : Prisma.sql`AND (${column}, m.id) < (${String(after[0])}::text::${type}, ${after[1]}::bigint)`;
  return Prisma.sql`
    SELECT f.id, row_number() OVER () AS place
      FROM (SELECT m.id FROM match m WHERE m.closed_at IS NULL AND ${matching(filter)} ${start}
             ORDER BY ${column} DESC, m.id DESC LIMIT ${limit + 1}) f`;
}

/** Severities are words: each is walked by itself, worst first, and no further than the page goes. */
function bySeverity(filter: FindingFilter, { after, limit }: Page): Prisma.Sql {
  const first = after === undefined ? 0 : severities.findIndex((severity) => severity === after[0]);
  const wanted = severities
    .slice(Math.max(0, first))
    .filter((severity) => filter.severity === undefined || severity === filter.severity);
  const start =
    after === undefined
      ? Prisma.empty
      : // One bound for each, so that the index begins where the last page ended.
        Prisma.sql`AND m.id < CASE WHEN s.severity = ${String(after[0])} THEN ${after[1]}::bigint
                                   ELSE 9223372036854775807 END`;
  return Prisma.sql`
    SELECT f.id, row_number() OVER (ORDER BY s.rank, f.id DESC) AS place
      FROM unnest(${wanted}::text[]) WITH ORDINALITY s(severity, rank)
     CROSS JOIN LATERAL (
       SELECT m.id FROM match m
        WHERE m.severity = s.severity AND m.closed_at IS NULL AND ${matching({ ...filter, severity: undefined })} ${start}
        ORDER BY m.id DESC LIMIT ${limit + 1}) f
     ORDER BY s.rank, f.id DESC LIMIT ${limit + 1}`;
}

function matching({ severity, verdict, fixable, exploited }: FindingFilter): Prisma.Sql {
  const conditions = [
    Prisma.sql`true`,
    ...(severity === undefined ? [] : [Prisma.sql`m.severity = ${severity}`]),
    ...(verdict === undefined ? [] : [Prisma.sql`m.state = ${verdict}`]),
    // Words and no parameter, so that the planner knows the index of these few.
    ...(exploited === undefined ? [] : [exploited ? Prisma.sql`m.exploited` : Prisma.sql`NOT m.exploited`]),
    ...(fixable === undefined ? [] : [Prisma.sql`(m.fixed_in IS NOT NULL) = ${fixable}`]),
  ];
  return Prisma.join(conditions, ' AND ');
}
