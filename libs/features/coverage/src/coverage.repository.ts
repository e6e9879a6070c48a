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
      SELECT * FROM (${ledger(filter)}) entry WHERE ${inState} ${start}
       ORDER BY "manifestId" DESC, "tagId", "imageId" LIMIT ${limit + 1}`;
  }
}

/**
 * Every present manifest, once for each tag on it (or once without), once for each image it leads to. While no scan of it
 * has finished, one more line stands for what is not known yet: that line has no image and the scan's state.
 */
function ledger({ registry, repository }: CoverageFilter): Prisma.Sql {
  const place = [
    Prisma.sql`m.deleted_at IS NULL AND g.removed_at IS NULL`,
    ...(registry === undefined ? [] : [Prisma.sql`g.name = ${registry}`]),
    ...(repository === undefined ? [] : [Prisma.sql`r.name = ${repository}`]),
  ];
  return Prisma.sql`
    SELECT m.id AS "manifestId", coalesce(t.id, 0) AS "tagId", coalesce(i.id, 0) AS "imageId", g.name AS registry,
           r.name AS repository, t.name AS tag, m.digest, i.digest AS "imageDigest", i.platform,
           CASE WHEN i.id IS NOT NULL THEN i.state
                WHEN latest.state IS NULL THEN 'unscanned'
                WHEN latest.state = 'finished' THEN 'unsupported'
                ELSE latest.state END AS state,
           CASE WHEN i.state = 'partial' THEN i.problems -> 0 ->> 'code'
                WHEN i.id IS NOT NULL THEN i.reason_code
                WHEN latest.state = 'finished' THEN 'no-image'
                ELSE latest.error_code END AS "reasonCode",
           CASE WHEN i.state = 'partial' THEN i.problems -> 0 ->> 'message'
                WHEN i.id IS NOT NULL THEN i.reason
                WHEN latest.state = 'finished' THEN 'it leads to no image'
                ELSE latest.error END AS reason,
           latest.id::text AS "scanId", latest.state AS "scanState"
      FROM manifest m JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
      LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
      LEFT JOIN LATERAL (
        SELECT s.id, s.state, s.error_code, s.error FROM scan s
         WHERE s.manifest_id = m.id ORDER BY s.requested_at DESC, s.id DESC LIMIT 1) latest ON true
      CROSS JOIN LATERAL (
        SELECT mi.image_id FROM manifest_image mi WHERE mi.manifest_id = m.id
        UNION ALL
        SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM manifest_image mi WHERE mi.manifest_id = m.id)
                       OR (latest.state <> 'finished' AND NOT EXISTS (
                             SELECT 1 FROM scan s WHERE s.manifest_id = m.id AND s.state = 'finished'))) held
      LEFT JOIN image i ON i.id = held.image_id
     WHERE ${Prisma.join(place, ' AND ')}`;
}
