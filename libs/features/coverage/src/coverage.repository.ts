import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
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
  readonly reasonCode: string | null;
  readonly reason: string | null;
  readonly scanId: string | null;
  readonly scanState: string | null;
}

@Injectable()
export class CoverageRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  countEntries(filter: CoverageFilter): Promise<readonly CoverageCountRow[]> {
    return this.database.$queryRaw<CoverageCountRow[]>`
      SELECT registry, repository, state, count(*)::int AS entries FROM (${ledger(filter)}) entry
       GROUP BY registry, repository, state ORDER BY registry COLLATE "C", repository COLLATE "C"`;
  }

  /** Newest manifests first. */
  findEntries(
    filter: CoverageFilter & { readonly state: CoverageState | undefined },
    { after, limit }: { readonly after: EntryKey | undefined; readonly limit: number },
  ): Promise<readonly CoverageEntryRow[]> {
    const inState = filter.state === undefined ? Prisma.sql`true` : Prisma.sql`state = ${filter.state}`;
    const start =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`AND "manifestId" <= ${after[0]}::int
            AND (-"manifestId", "tagId", "imageId") > (${-after[0]}::int, ${after[1]}::int, ${after[2]}::int)`;
    return this.database.$queryRaw<CoverageEntryRow[]>`
      SELECT page.*, latest.id::text AS "scanId", latest.state AS "scanState"
        FROM (SELECT * FROM (${ledger(filter)}) entry WHERE ${inState} ${start}
               ORDER BY "manifestId" DESC, "tagId", "imageId" LIMIT ${limit + 1}) page
        LEFT JOIN LATERAL ${latestScan(Prisma.sql`page."manifestId"`)} latest ON true
       ORDER BY page."manifestId" DESC, page."tagId", page."imageId"`;
  }
}

/**
 * Every present manifest, once for each tag on it (or once without), once for each image it leads to. While no scan of it
 * has finished, one more line stands for what is not known yet: that line has no image and the latest scan's state.
 */
function ledger({ registry, repository }: CoverageFilter): Prisma.Sql {
  const place = Prisma.join(
    [
      Prisma.sql`m.deleted_at IS NULL AND g.removed_at IS NULL`,
      ...(registry === undefined ? [] : [Prisma.sql`g.name = ${registry}`]),
      ...(repository === undefined ? [] : [Prisma.sql`r.name = ${repository}`]),
    ],
    ' AND ',
  );
  return Prisma.sql`
    SELECT ${placeColumns}, i.id AS "imageId", i.digest AS "imageDigest", i.platform, i.state,
           CASE i.state WHEN 'partial' THEN i.problems -> 0 ->> 'code' ELSE i.reason_code END AS "reasonCode",
           CASE i.state WHEN 'partial' THEN i.problems -> 0 ->> 'message' ELSE i.reason END AS reason
      FROM ${placeTables} JOIN manifest_image mi ON mi.manifest_id = m.id JOIN image i ON i.id = mi.image_id
     WHERE ${place}
    UNION ALL
    ${unknownLines(Prisma.sql`${place} AND NOT ${hasImages}`)}
    UNION ALL
    ${unknownLines(Prisma.sql`${place} AND ${hasImages} AND ${hasScans(Prisma.empty)}
      AND NOT ${hasScans(Prisma.sql`AND s.state = 'finished'`)}`)}`;
}

function unknownLines(condition: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT ${placeColumns}, 0, NULL, NULL,
           CASE latest.state WHEN 'finished' THEN 'unsupported' ELSE coalesce(latest.state, 'unscanned') END,
           CASE latest.state WHEN 'finished' THEN 'no-image' ELSE latest.error_code END,
           CASE latest.state WHEN 'finished' THEN 'it leads to no image' ELSE latest.error END
      FROM ${placeTables} LEFT JOIN LATERAL ${latestScan(Prisma.sql`m.id`)} latest ON true
     WHERE ${condition}`;
}

const hasImages = Prisma.sql`EXISTS (SELECT 1 FROM manifest_image mi WHERE mi.manifest_id = m.id)`;

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
    SELECT s.id, s.state, s.error_code, s.error FROM scan s
     WHERE s.manifest_id = ${manifestId} ORDER BY s.requested_at DESC, s.id DESC LIMIT 1)`;
}
