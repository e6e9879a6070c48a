import { Inject, Injectable } from '@nestjs/common';
import type { Severity, Verdict } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { knownThreats, standingMatches, type StoredFinding } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import type { FindingSort } from './images.schema';
import { containing, severityRank } from './sql-fragments';

export interface FindingFilter {
  readonly severity: Severity | undefined;
  readonly verdict: Verdict['state'] | undefined;
  readonly fixable: boolean | undefined;
  readonly exploited: boolean | undefined;
  readonly layer: number | undefined;
  /** The moment that is asked about; undefined for now. */
  readonly at: Date | undefined;
}

/** Place in the order that was asked for, match id as text: it is a bigint. */
export type FindingKey = [number, string];

export interface FindingRow extends StoredFinding {
  readonly rank: number;
  readonly matchId: bigint;
  readonly packageId: number;
  readonly vulnerabilityId: number;
  readonly advisoryId: number;
  readonly feed: string;
  readonly advisory: string;
  readonly also: unknown;
  readonly evidence: unknown;
  readonly epss: number | null;
  readonly exploitedSince: string | null;
  readonly risk: number;
  readonly closedAt: Date | null;
}

/** Name, package id, layer index, part id. */
export type ImagePackageKey = [string, number, number, number];

export interface ImagePackageRow {
  readonly packageId: number;
  readonly partId: number;
  readonly layer: number;
  readonly locations: unknown;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  readonly purl: string;
  readonly sourceName: string | null;
  readonly sourceVersion: string | null;
  readonly module: string | null;
  readonly ownedBy: string | null;
  readonly judged: boolean;
  readonly findings: number;
}

export interface OccurrenceRow {
  readonly packageId: number;
  readonly layer: number;
  readonly locations: unknown;
}

interface PageOf<K> {
  readonly after: K | undefined;
  readonly limit: number;
}

/** What one image holds: its parts unnested, joined with the open matches. Cost follows the image, not the database. */
@Injectable()
export class ImageContentsRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /** A page and one more, or all without a limit. `risk` of the rows, and what is sorted by it, is of now whatever the moment. */
  findFindings(
    imageId: number,
    { filter, sort }: { readonly filter: FindingFilter; readonly sort: FindingSort },
    { after, limit }: Partial<PageOf<FindingKey>>,
  ): Promise<readonly FindingRow[]> {
    const inLayer = filter.layer === undefined ? Prisma.empty : Prisma.sql`AND ip.layer_index = ${filter.layer}`;
    const start =
      after === undefined
        ? Prisma.sql`true`
        : Prisma.sql`(rank, "matchId") > (${after[0]}::float8, ${after[1]}::bigint)`;
    const standing = standingMatches(filter.at);
    const threat = threatColumns(filter.at);
    return this.database.$queryRaw<FindingRow[]>`
      WITH held AS MATERIALIZED (
        SELECT DISTINCT unnest(p.package_ids) AS package_id
          FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
         WHERE ip.image_id = ${imageId} ${inLayer}),
      standing AS (
        SELECT m.id AS "matchId", m.package_id, m.vulnerability_id, m.state, ${threat.epss} AS epss, ${threat.exploited} AS exploited, m.risk,
               ${threat.exploitedSince} AS exploited_since, m.opened_at, m.closed_at,
               ${standing.column('advisory_id')} AS advisory_id, ${standing.column('also')} AS also,
               ${standing.column('reason')} AS reason, ${standing.column('severity')} AS severity,
               ${standing.column('severity_source')} AS severity_source, ${standing.column('score')} AS score,
               ${standing.column('fixed_in')} AS fixed_in, ${standing.column('fix_state')} AS fix_state,
               ${standing.column('fix_channel')} AS fix_channel, ${standing.column('malicious')} AS malicious,
               ${standing.column('headers_only')} AS headers_only, ${standing.column('evidence')} AS evidence
          FROM held JOIN match m ON m.package_id = held.package_id ${standing.join} ${threat.join}
         WHERE ${standing.condition}),
      found AS (SELECT m.*, ${sortKeys[sort]}::float8 AS rank FROM standing m WHERE ${matching(filter)}),
      page AS (SELECT * FROM found WHERE ${start} ORDER BY rank, "matchId" ${limit === undefined ? Prisma.empty : Prisma.sql`LIMIT ${limit + 1}`})
      SELECT page.rank, page."matchId", page.package_id AS "packageId", page.vulnerability_id AS "vulnerabilityId",
             page.advisory_id AS "advisoryId", v.name AS vulnerability, v.aliases, v.summary,
             k.purl, k.ecosystem, k.name, k.version, page.state AS verdict, page.reason, page.severity,
             page.severity_source AS "severitySource", page.score, page.fixed_in AS "fixedIn", page.fix_state AS "fixState", page.fix_channel AS "fixChannel",
             page.malicious, page.headers_only AS "headersOnly", a.feed, a.native_id AS advisory, page.also,
             page.evidence, ${threat.shown}, page.risk, page.opened_at AS "openedAt", page.closed_at AS "closedAt"
        FROM page JOIN vulnerability v ON v.id = page.vulnerability_id JOIN package k ON k.id = page.package_id
        JOIN advisory a ON a.id = page.advisory_id
       ORDER BY page.rank, page."matchId"`;
  }

  /** In which layers and files an image has these packages, lowest layer first. */
  findOccurrences(imageId: number, packageIds: readonly number[]): Promise<readonly OccurrenceRow[]> {
    return this.database.$queryRaw<OccurrenceRow[]>`
      SELECT k.package_id AS "packageId", ip.layer_index AS layer, p.locations -> (k.position - 1)::int AS locations
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
       CROSS JOIN LATERAL unnest(p.package_ids) WITH ORDINALITY k(package_id, position)
       WHERE ip.image_id = ${imageId} AND k.package_id = ANY(${[...packageIds]}::int[])
       ORDER BY ip.layer_index, ip.part_id`;
  }

  findPackages(
    imageId: number,
    q: string | undefined,
    { after, limit }: PageOf<ImagePackageKey>,
  ): Promise<readonly ImagePackageRow[]> {
    const named = q === undefined ? Prisma.empty : Prisma.sql`AND g.name ILIKE ${containing(q)}`;
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND (g.name COLLATE "C", g.id, ip.layer_index, ip.part_id)
                         > (${after[0]}::text, ${after[1]}::int, ${after[2]}::int, ${after[3]}::int)`;
    return this.database.$queryRaw<ImagePackageRow[]>`
      WITH page AS (
        SELECT k.package_id, ip.part_id, ip.layer_index, p.locations -> (k.position - 1)::int AS locations, g.*
          FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
         CROSS JOIN LATERAL unnest(p.package_ids) WITH ORDINALITY k(package_id, position)
          JOIN package g ON g.id = k.package_id
         WHERE ip.image_id = ${imageId} ${named} ${start}
         ORDER BY g.name COLLATE "C", g.id, ip.layer_index, ip.part_id LIMIT ${limit + 1})
      SELECT page.package_id AS "packageId", page.part_id AS "partId", page.layer_index AS layer, page.locations,
             page.ecosystem, page.name, page.version, page.architecture, page.purl, page.source_name AS "sourceName",
             page.source_version AS "sourceVersion", page.module, page.owned_by AS "ownedBy", page.judged_at IS NOT NULL AS judged,
             (SELECT count(*)::int FROM match m WHERE m.package_id = page.package_id AND m.closed_at IS NULL) AS findings
        FROM page ORDER BY page.name COLLATE "C", page.id, page.layer_index, page.part_id`;
  }
}

/** What is sorted and filtered by in matches `m`, and what is shown of it in a `page` with vulnerabilities `v`. */
function threatColumns(at: Date | undefined) {
  if (at === undefined) {
    return {
      join: Prisma.empty,
      epss: Prisma.sql`m.epss`,
      exploited: Prisma.sql`m.exploited`,
      exploitedSince: Prisma.sql`NULL`,
      shown: Prisma.sql`v.epss, v.exploited_since AS "exploitedSince"`,
    };
  }
  const threat = knownThreats(at);
  return {
    join: Prisma.sql`JOIN vulnerability v ON v.id = m.vulnerability_id ${threat.join}`,
    epss: Prisma.sql`coalesce(${threat.epss}, ${noEpss})`,
    exploited: Prisma.sql`(${threat.exploitedSince} IS NOT NULL)`,
    exploitedSince: threat.exploitedSince,
    shown: Prisma.sql`nullif(page.epss, ${noEpss}) AS epss, page.exploited_since AS "exploitedSince"`,
  };
}

/** How a match without a score is sorted. */
const noEpss = Prisma.sql`'-1'::real`;

/** Smallest first. */
const sortKeys: Readonly<Record<FindingSort, Prisma.Sql>> = {
  severity: Prisma.sql`CASE WHEN m.malicious THEN 0 ELSE ${severityRank(Prisma.sql`m.severity`)} END`,
  risk: Prisma.sql`-m.risk`,
  epss: Prisma.sql`-m.epss`,
  opened: Prisma.sql`-extract(epoch FROM m.opened_at)`,
};

function matching({ severity, verdict, fixable, exploited }: FindingFilter): Prisma.Sql {
  const conditions = [
    ...(severity === undefined ? [] : [Prisma.sql`m.severity = ${severity}`]),
    ...(verdict === undefined ? [] : [Prisma.sql`m.state = ${verdict}`]),
    ...(exploited === undefined ? [] : [Prisma.sql`m.exploited = ${exploited}`]),
    ...(fixable === undefined ? [] : [Prisma.sql`(m.fixed_in IS NOT NULL) = ${fixable}`]),
  ];
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
}
