import { Inject, Injectable } from '@nestjs/common';
import type { Severity } from '@tidewaiter/contracts';
import { Prisma, type Database } from '@tidewaiter/db';
import { containing, severityRank, wasPresent } from '@tidewaiter/features/images';
import { knownThreats, standingMatches } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';

export interface VulnerabilityFilter {
  readonly q: string | undefined;
  readonly severity: Severity | undefined;
  readonly exploited: boolean | undefined;
  readonly all: boolean;
}

export interface VulnerabilityRow {
  readonly id: number;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string | null;
  readonly severity: string;
  readonly score: number | null;
  readonly published: string | null;
  readonly epss: number | null;
  readonly exploitedSince: string | null;
  readonly ransomware: boolean;
  readonly rank: number;
}

/** Severity rank and, newest first, the row's id. */
export type SeverityKey = [number, number];
/** Publication, row id. */
export type PublishedKey = [string, number];
/** EPSS probability, -1 for none; row id. */
export type EpssKey = [number, number];
/** Number of images when it was last counted, row id. */
export type ReachKey = [number, number];

export interface Reach {
  readonly packages: number;
  readonly images: number;
}

export interface AffectedRow {
  readonly packageId: number;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly verdict: string;
  readonly reason: string | null;
  readonly severity: string;
  readonly fixedIn: string | null;
  readonly fixState: string | null;
  readonly fixChannel: string | null;
  readonly openedAt: Date;
}

interface AffectedQuery {
  readonly only: readonly number[] | undefined;
  readonly limit: number;
  readonly at: Date | undefined;
}

interface PageOf<K> {
  readonly after: K | undefined;
  readonly limit: number;
}

@Injectable()
export class VulnerabilitiesRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  findBySeverity(filter: VulnerabilityFilter, { after, limit }: PageOf<SeverityKey>): Promise<VulnerabilityRow[]> {
    const rank = severityRank(Prisma.sql`v.severity`);
    const start =
      after === undefined ? Prisma.empty : Prisma.sql`AND (${rank}, -v.id) > (${after[0]}::int, ${-after[1]}::int)`;
    return this.database.$queryRaw<VulnerabilityRow[]>`
      SELECT ${columns} FROM vulnerability v WHERE ${matching(filter)} ${start}
       ORDER BY ${rank}, v.id DESC LIMIT ${limit + 1}`;
  }

  findByPublication(filter: VulnerabilityFilter, { after, limit }: PageOf<PublishedKey>): Promise<VulnerabilityRow[]> {
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND (coalesce(v.published, ''), v.id) < (${after[0]}::text, ${after[1]}::int)`;
    return this.database.$queryRaw<VulnerabilityRow[]>`
      SELECT ${columns} FROM vulnerability v WHERE ${matching(filter)} ${start}
       ORDER BY coalesce(v.published, '') DESC, v.id DESC LIMIT ${limit + 1}`;
  }

  findByEpss(filter: VulnerabilityFilter, { after, limit }: PageOf<EpssKey>): Promise<VulnerabilityRow[]> {
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND (coalesce(v.epss, -1), v.id) < (${after[0]}::real, ${after[1]}::int)`;
    return this.database.$queryRaw<VulnerabilityRow[]>`
      SELECT ${columns} FROM vulnerability v WHERE ${matching(filter)} ${start}
       ORDER BY coalesce(v.epss, -1) DESC, v.id DESC LIMIT ${limit + 1}`;
  }

  async findIds(filter: VulnerabilityFilter): Promise<readonly number[]> {
    const rows = await this.database.$queryRaw<{ id: number }[]>`
      SELECT v.id FROM vulnerability v WHERE ${matching(filter)}`;
    return rows.map((row) => row.id);
  }

  /** In the order of the ids. */
  async findByIds(ids: readonly number[]): Promise<readonly VulnerabilityRow[]> {
    const rows = await this.database.$queryRaw<VulnerabilityRow[]>`
      SELECT ${columns} FROM vulnerability v WHERE v.id = ANY(${[...ids]}::int[])`;
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** How many packages and images each of these vulnerabilities is open in, or was at a moment. */
  async countReach(ids: readonly number[], at?: Date): Promise<ReadonlyMap<number, Reach>> {
    if (ids.length === 0) return new Map();
    const wanted = Prisma.sql`SELECT unnest(${[...ids]}::int[]) AS id`;
    const rows = await this.database.$queryRaw<(Reach & { id: number })[]>`
      WITH ${reachOf(wanted, at)} SELECT vulnerability_id AS id, packages, images FROM reach`;
    return new Map(rows.map(({ id, packages, images }) => [id, { packages, images }]));
  }

  /**
   * Canonical id first, then alias, then the id of a record about it. More than one row: the id is of a bundle. One of which nothing is
   * said any more, or was at the moment, as it has another id now, comes last.
   */
  async findByAnyId(id: string, at?: Date): Promise<readonly VulnerabilityRow[]> {
    const [byName, byAlias] = [Prisma.sql`v.name = ${id}`, Prisma.sql`v.aliases @> ARRAY[${id}::text]`];
    const ofRecord = Prisma.sql`v.id IN (
      SELECT av.vulnerability_id FROM advisory a JOIN advisory_vulnerability av ON av.advisory_id = a.id
       WHERE a.native_id = ${id} AND a.removed_at IS NULL)`;
    const isSpokenOf = spokenOf(at);
    const conditions = [
      ...[byName, byAlias].map((condition) => Prisma.sql`${condition} AND ${isSpokenOf}`),
      ...[ofRecord, byName, byAlias],
    ];
    for (const condition of conditions) {
      const rows = await this.find(condition);
      if (rows.length > 0) return rows;
    }
    return [];
  }

  /** What was known beside its records at a moment. */
  async findThreat(
    id: number,
    at: Date,
  ): Promise<Pick<VulnerabilityRow, 'epss' | 'exploitedSince' | 'ransomware'> | undefined> {
    const threat = knownThreats(at);
    const [row] = await this.database.$queryRaw<Pick<VulnerabilityRow, 'epss' | 'exploitedSince' | 'ransomware'>[]>`
      SELECT ${threat.epss} AS epss, ${threat.exploitedSince} AS "exploitedSince", ${threat.ransomware} AS ransomware
        FROM vulnerability v ${threat.join} WHERE v.id = ${id}`;
    return row;
  }

  /** The packages with an open finding, or one that was open at a moment, by name. */
  findAffected(vulnerabilityId: number, { only, limit, at }: AffectedQuery): Promise<readonly AffectedRow[]> {
    const standing = standingMatches(at);
    const some = only === undefined ? Prisma.empty : Prisma.sql`AND m.package_id = ANY(${[...only]}::int[])`;
    return this.database.$queryRaw<AffectedRow[]>`
      SELECT k.id AS "packageId", k.ecosystem, k.name, k.version, k.purl, m.state AS verdict,
             ${standing.column('reason')} AS reason, ${standing.column('severity')} AS severity,
             ${standing.column('fixed_in')} AS "fixedIn", ${standing.column('fix_state')} AS "fixState",
             ${standing.column('fix_channel')} AS "fixChannel", m.opened_at AS "openedAt"
        FROM match m JOIN package k ON k.id = m.package_id ${standing.join}
       WHERE m.vulnerability_id = ${vulnerabilityId} AND ${standing.condition} ${some}
       ORDER BY k.name COLLATE "C", k.ecosystem COLLATE "C", k.id LIMIT ${limit}`;
  }

  /** Found first and sorted then: sorting first would walk the whole table by id to spare a sort of a few rows. */
  private find(condition: Prisma.Sql): Promise<VulnerabilityRow[]> {
    return this.database.$queryRaw<VulnerabilityRow[]>`
      WITH found AS MATERIALIZED (SELECT v.id FROM vulnerability v WHERE ${condition})
      SELECT ${columns} FROM found JOIN vulnerability v ON v.id = found.id ORDER BY v.id LIMIT 21`;
  }
}

/** The packages with an open finding of a vulnerability, or one that was open at a moment, as a subquery. */
export function packagesOf(vulnerabilityId: number, at?: Date): Prisma.Sql {
  return Prisma.sql`SELECT m.package_id AS id FROM match m
                     WHERE m.vulnerability_id = ${vulnerabilityId} AND ${standingMatches(at).condition}`;
}

const columns = Prisma.sql`
  v.id, v.name, v.aliases, v.summary, v.severity, v.score, v.published, v.epss,
  v.exploited_since AS "exploitedSince", v.ransomware,
  ${severityRank(Prisma.sql`v.severity`)} AS rank`;

function matching({ q, severity, exploited, all }: VulnerabilityFilter): Prisma.Sql {
  const conditions = [
    ...(all
      ? []
      : [Prisma.sql`EXISTS (SELECT 1 FROM match m WHERE m.vulnerability_id = v.id AND m.closed_at IS NULL)`]),
    ...(severity === undefined ? [] : [Prisma.sql`v.severity = ${severity}`]),
    ...(exploited === undefined ? [] : [Prisma.sql`(v.exploited_since IS NOT NULL) = ${exploited}`]),
    ...(q === undefined ? [] : [mentions(q)]),
  ];
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join(conditions, ' AND ');
}

function mentions(q: string): Prisma.Sql {
  const pattern = containing(q);
  return Prisma.sql`(v.name ILIKE ${pattern} OR v.summary ILIKE ${pattern}
    OR EXISTS (SELECT 1 FROM unnest(v.aliases) a(name) WHERE a.name ILIKE ${pattern}))`;
}

/** Whether a record is about a vulnerability `v`, or was at a moment. */
function spokenOf(at: Date | undefined): Prisma.Sql {
  const present = Prisma.sql`SELECT FROM advisory_vulnerability l WHERE l.vulnerability_id = v.id`;
  if (at === undefined) return Prisma.sql`EXISTS (${present})`;
  return Prisma.sql`(
    EXISTS (${present} AND (l.known_from IS NULL OR l.known_from <= ${at}))
    OR EXISTS (SELECT FROM past_advisory_vulnerability l
                WHERE l.vulnerability_id = v.id AND (l.known_from IS NULL OR l.known_from <= ${at}) AND l.known_until > ${at}))`;
}

const presentNow = Prisma.sql`
  SELECT DISTINCT mi.image_id
    FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id
    JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
   WHERE m.deleted_at IS NULL AND g.removed_at IS NULL`;

/**
 * `reach`: packages and present images of each wanted vulnerability, now or at a moment. Vulnerabilities of the same package are open in the
 * same set of packages, so images are counted once a set and not once a vulnerability. OFFSET 0 keeps the planner from joining
 * instead of probing the index once a package.
 */
function reachOf(wanted: Prisma.Sql, at: Date | undefined): Prisma.Sql {
  return Prisma.sql`
    open AS MATERIALIZED (
      SELECT m.vulnerability_id, array_agg(m.package_id ORDER BY m.package_id) AS packages
        FROM match m WHERE ${standingMatches(at).condition} AND m.vulnerability_id IN (${wanted}) GROUP BY m.vulnerability_id),
    package_set AS MATERIALIZED (
      SELECT row_number() OVER () AS id, packages FROM (SELECT DISTINCT packages FROM open) d),
    holder AS MATERIALIZED (
      SELECT k.id AS package_id, p.id AS part_id
        FROM (SELECT DISTINCT unnest(packages) AS id FROM package_set) k
       CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[k.id] OFFSET 0) p),
    set_part AS MATERIALIZED (
      SELECT DISTINCT s.id, holder.part_id
        FROM package_set s CROSS JOIN LATERAL unnest(s.packages) k(id) JOIN holder ON holder.package_id = k.id),
    present AS MATERIALIZED (
      ${at === undefined ? presentNow : Prisma.sql`SELECT i.id AS image_id FROM image i WHERE ${wasPresent(at)}`}),
    set_reach AS (
      SELECT set_part.id, count(DISTINCT ip.image_id)::int AS images
        FROM set_part JOIN image_part ip ON ip.part_id = set_part.part_id JOIN present ON present.image_id = ip.image_id
       GROUP BY set_part.id),
    reach AS (
      SELECT open.vulnerability_id, cardinality(open.packages) AS packages, coalesce(set_reach.images, 0) AS images
        FROM open JOIN package_set s ON s.packages = open.packages LEFT JOIN set_reach ON set_reach.id = s.id)`;
}
