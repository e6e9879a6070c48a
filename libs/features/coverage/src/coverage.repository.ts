import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { entryRule } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import type { CoverageState } from './coverage.schema';

export interface CoverageFilter {
  readonly registry: string | undefined;
  readonly repository: string | undefined;
}

export interface CoverageCountRow {
  readonly registry: string;
  readonly repository: string;
  readonly state: string;
  readonly entries: number;
}

/** Manifest id, tag id, image id; 0 where there is no tag or image. */
export type EntryKey = [number, number, number];

export interface CoverageEntryRow {
  readonly manifestId: number;
  readonly tagId: number;
  readonly imageId: number;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string;
  readonly imageDigest: string | null;
  readonly platform: string | null;
  readonly state: string;
  /** The rule that leaves it out. */
  readonly rule: string | null;
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly nextTryAt: Date | null;
  readonly scanId: string | null;
  readonly scanState: string | null;
  /** Of the pause that holds back the scan. */
  readonly pauseReason: string | null;
  readonly pausedBy: string | null;
  readonly pausedSince: Date | null;
}

export interface RefusedRow {
  readonly registry: string;
  readonly repository: string;
  readonly code: string;
  readonly message: string;
  readonly since: Date;
}

export interface LagRow {
  readonly waiting: number;
  readonly heldBack: number;
  readonly oldestWaitingAt: Date | null;
  readonly pushes: number;
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
  readonly withinBudget: number;
}

const everything: CoverageFilter = { registry: undefined, repository: undefined };

@Injectable()
export class CoverageRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  countEntries(filter: CoverageFilter): Promise<readonly CoverageCountRow[]> {
    return this.database.$queryRaw<CoverageCountRow[]>`
      SELECT registry, repository, state, count(*)::int AS entries FROM (${ledger(filter)}) entry
       GROUP BY registry, repository, state ORDER BY registry COLLATE "C", repository COLLATE "C"`;
  }

  /** Repositories that the registry refuses us, whether anything of them is known or not. */
  findRefused(filter: CoverageFilter): Promise<readonly RefusedRow[]> {
    return this.database.$queryRaw<RefusedRow[]>`
      SELECT g.name AS registry, r.name AS repository, r.access_problem_code AS code, r.access_problem AS message,
             r.access_lost_at AS since
        FROM repository r JOIN registry g ON g.id = r.registry_id
       WHERE r.access_lost_at IS NOT NULL AND r.deleted_at IS NULL AND ${placeOf(filter)}
       ORDER BY g.name COLLATE "C", r.name COLLATE "C"`;
  }

  /**
   * What the ledger must never show: a tag or manifest that is there and has no line, or a line of nothing. Counted from the
   * rows themselves, another way than the ledger reads them.
   */
  async countUnaccounted(): Promise<number> {
    const [row] = await this.database.$queryRaw<[{ entries: number }]>`
      WITH entry AS (SELECT DISTINCT "manifestId", "tagId" FROM (${ledger(everything)}) line WHERE state <> 'deleted'),
      present AS (
        SELECT t.manifest_id AS "manifestId", t.id AS "tagId"
          FROM tag t JOIN manifest m ON m.id = t.manifest_id JOIN repository r ON r.id = m.repository_id
          JOIN registry g ON g.id = r.registry_id
         WHERE t.deleted_at IS NULL AND m.deleted_at IS NULL AND g.removed_at IS NULL
        UNION ALL
        SELECT m.id, 0 FROM manifest m JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
         WHERE m.deleted_at IS NULL AND g.removed_at IS NULL
           AND m.id NOT IN (SELECT manifest_id FROM tag WHERE deleted_at IS NULL))
      SELECT count(*)::int AS entries FROM entry FULL JOIN present USING ("manifestId", "tagId")
       WHERE entry."manifestId" IS NULL OR present."manifestId" IS NULL`;
    return row.entries;
  }

  /** How long what waits has waited, and how long pushes of the last day took to their verdict. */
  async lag(budgetSeconds: number): Promise<LagRow> {
    const [row] = await this.database.$queryRaw<[LagRow]>`
      SELECT waiting.*, done.*
        FROM (SELECT count(*)::int AS waiting, min(s.requested_at) AS "oldestWaitingAt",
                     (count(*) FILTER (WHERE s.state = 'queued' AND EXISTS (
                        SELECT FROM pause p
                         WHERE p.resumed_at IS NULL AND (p.registry_id = r.registry_id OR p.lane = s.lane))))::int AS "heldBack"
                FROM scan s JOIN repository r ON r.id = s.repository_id WHERE s.state IN ('queued', 'running')) waiting,
             (SELECT count(*)::int AS pushes,
                     percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float AS "p50Seconds",
                     percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)::float AS "p95Seconds",
                     (count(*) FILTER (WHERE seconds <= ${budgetSeconds}::float))::int AS "withinBudget"
                FROM (SELECT extract(epoch FROM s.finished_at - coalesce(d.received_at, s.requested_at)) AS seconds
                        FROM scan s LEFT JOIN delivery d ON d.id = s.delivery_id
                       WHERE (s.cause = 'push' OR s.delivery_id IS NOT NULL) -- a user may have joined it
                         AND s.state = 'finished' AND s.finished_at > now() - interval '1 day') pushed) done`;
    return row;
  }

  /** Newest manifests first. */
  findEntries(
    filter: CoverageFilter & { readonly state: CoverageState | undefined },
    { after, limit }: { readonly after: EntryKey | undefined; readonly limit: number },
  ): Promise<readonly CoverageEntryRow[]> {
    // What is gone is shown to who asks for it.
    const inState = filter.state === undefined ? Prisma.sql`state <> 'deleted'` : Prisma.sql`state = ${filter.state}`;
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND "manifestId" <= ${after[0]}::int
            AND (-"manifestId", "tagId", "imageId") > (${-after[0]}::int, ${after[1]}::int, ${after[2]}::int)`;
    return this.database.$queryRaw<CoverageEntryRow[]>`
      SELECT page.*, latest.id::text AS "scanId", latest.state AS "scanState",
             pause.reason AS "pauseReason", pause.by AS "pausedBy", pause.since AS "pausedSince"
        FROM (SELECT * FROM (${ledger(filter)}) entry WHERE ${inState} ${start}
               ORDER BY "manifestId" DESC, "tagId", "imageId" LIMIT ${limit + 1}) page
        LEFT JOIN LATERAL ${latestScan(Prisma.sql`page."manifestId"`)} latest ON true
        LEFT JOIN LATERAL (
          SELECT p.reason, p.by, p.since FROM pause p JOIN registry g ON g.name = page.registry
           WHERE latest.state = 'queued' AND p.resumed_at IS NULL AND (p.registry_id = g.id OR p.lane = latest.lane)
           ORDER BY p.id LIMIT 1) pause ON true
       ORDER BY page."manifestId" DESC, page."tagId", page."imageId"`;
  }
}

/**
 * Every manifest that is there, once for each tag on it (or once without), once for each image it leads to. While no scan of
 * it has finished, one more line stands for what is not known yet: that line has no image and the latest scan's state. Tags
 * and manifests that are gone are lines of their own, `deleted`; they are no part of what a registry has.
 */
function ledger(filter: CoverageFilter): Prisma.Sql {
  const place = placeOf(filter);
  const present = Prisma.sql`m.deleted_at IS NULL AND ${place}`;
  return Prisma.sql`
    ${knownLines(present)}
    UNION ALL
    ${unknownLines(Prisma.sql`${present} AND NOT ${hasImages}`)}
    UNION ALL
    ${unknownLines(Prisma.sql`${present} AND ${hasImages} AND ${hasScans(Prisma.empty)}
      AND NOT ${hasScans(Prisma.sql`AND s.state = 'finished'`)} AND NOT ${hasUnscanned}`)}
    UNION ALL
    ${deletedLines(place)}`;
}

function placeOf({ registry, repository }: CoverageFilter): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`g.removed_at IS NULL`,
      ...(registry === undefined ? [] : [Prisma.sql`g.name = ${registry}`]),
      ...(repository === undefined ? [] : [Prisma.sql`r.name = ${repository}`]),
    ],
    ' AND ',
  );
}

/** What was found in an image, or the rule that leaves it out; of one that a rule left out until now, the scan that reads it. */
function knownLines(condition: Prisma.Sql): Prisma.Sql {
  const rule = Prisma.sql`coalesce(${entryRule}, mi.excluded_by)`;
  return Prisma.sql`
    SELECT ${placeColumns}, i.id AS "imageId", i.digest AS "imageDigest", i.platform,
           CASE WHEN ${rule} IS NOT NULL THEN 'excluded' ELSE coalesce(unfinished.state, i.state) END AS state, ${rule} AS rule,
           CASE i.state WHEN 'partial' THEN i.problems -> 0 ->> 'code' ELSE coalesce(unfinished.error_code, i.reason_code) END AS "reasonCode",
           CASE i.state WHEN 'partial' THEN i.problems -> 0 ->> 'message' ELSE coalesce(unfinished.error, i.reason) END AS reason,
           m.retry_at AS "nextTryAt"
      FROM ${placeTables} JOIN manifest_image mi ON mi.manifest_id = m.id JOIN image i ON i.id = mi.image_id
      LEFT JOIN LATERAL ${latestScan(Prisma.sql`m.id`)} unfinished ON i.state = 'unscanned' AND unfinished.state <> 'finished'
     WHERE ${condition}`;
}

function unknownLines(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT ${placeColumns}, 0, NULL, m.platform,
           CASE WHEN ${entryRule} IS NOT NULL THEN 'excluded'
                WHEN m.artifact_type IS NOT NULL OR latest.state = 'finished' THEN 'unsupported'
                ELSE coalesce(latest.state, 'unscanned') END,
           ${entryRule},
           CASE WHEN m.artifact_type IS NOT NULL THEN 'manifest-artifact' WHEN latest.state = 'finished' THEN 'no-image'
                ELSE latest.error_code END,
           CASE WHEN m.artifact_type IS NOT NULL THEN 'it is no image but ' || m.artifact_type
                WHEN latest.state = 'finished' THEN 'it leads to no image' ELSE latest.error END,
           m.retry_at
      FROM ${placeTables} LEFT JOIN LATERAL ${latestScan(Prisma.sql`m.id`)} latest ON true
     WHERE ${condition}`;
}

/** Deleted tags, and deleted manifests that no tag led to. */
function deletedLines(place: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT m.id, coalesce(t.id, 0), g.name, r.name, t.name, m.digest, 0, NULL, m.platform, 'deleted', NULL, NULL, NULL, NULL
      FROM manifest m JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
      LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NOT NULL
     WHERE ${place} AND (t.id IS NOT NULL OR m.deleted_at IS NOT NULL)`;
}

const hasImages = Prisma.sql`EXISTS (SELECT 1 FROM manifest_image mi WHERE mi.manifest_id = m.id)`;

const hasUnscanned = Prisma.sql`EXISTS (
  SELECT 1 FROM manifest_image mi JOIN image i ON i.id = mi.image_id
   WHERE mi.manifest_id = m.id AND mi.excluded_by IS NULL AND i.state = 'unscanned')`;

function hasScans(inState: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM scan s WHERE s.manifest_id = m.id ${inState})`;
}

const placeColumns = Prisma.sql`
  m.id AS "manifestId", coalesce(t.id, 0) AS "tagId", g.name AS registry, r.name AS repository, t.name AS tag, m.digest`;
const placeTables = Prisma.sql`
  manifest m JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
  LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL`;

function latestScan(manifestId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`(
    SELECT s.id, s.state, s.lane, s.error_code, s.error FROM scan s
     WHERE s.manifest_id = ${manifestId} ORDER BY s.requested_at DESC, s.id DESC LIMIT 1)`;
}
