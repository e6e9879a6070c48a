import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { countsOfEach } from '@tidewaiter/features/matches';
import { DATABASE } from '@tidewaiter/server';
import { imageColumns, type ImageRow } from './image-columns';
import { isPresentAlone, matchesAlone, matchesAmongAll, ofSeverity, type ImageFilter } from './image-filter';
import { findByRisk, type RiskKey } from './images-by-risk';
import type { ImageLocation } from './images.schema';

/** When it was scanned, image id. */
export type ScannedKey = [string, number];

/** Images looked at one by one before those that match are looked for among all. */
const walkedAtMost = 500;

/** A page of rows and one more, which tells whether there is a next page. */
interface PageOf<K> {
  readonly after: K | undefined;
  readonly limit: number;
}

@Injectable()
export class ImagesRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async findRegistryId(name: string): Promise<number | undefined> {
    return (await this.database.registry.findUnique({ where: { name }, select: { id: true } }))?.id;
  }

  /** Last scanned first. Where few of those that come next match, those that do are looked for among all. */
  async findByScanTime(filter: ImageFilter, { after, limit }: PageOf<ScannedKey>): Promise<readonly ImageRow[]> {
    const start =
      after === undefined
        ? Prisma.sql`true`
        : Prisma.sql`(i.scanned_at, i.id) < (${new Date(after[0])}::timestamptz, ${after[1]}::int)`;
    const rows = await this.database.$queryRaw<ImageRow[]>`
      SELECT ${imageColumns}
        FROM (SELECT * FROM image i WHERE ${start} ORDER BY i.scanned_at DESC, i.id DESC LIMIT ${walkedAtMost}) i ${countsOfEach}
       WHERE ${matchesAlone(filter)} AND ${ofSeverity(filter)}
       ORDER BY i.scanned_at DESC, i.id DESC LIMIT ${limit + 1}`;
    if (rows.length > limit) return rows;
    const counts = filter.severity === undefined ? Prisma.empty : countsOfEach;
    return this.database.$queryRaw<ImageRow[]>`
      WITH found AS MATERIALIZED (SELECT i.id, i.scanned_at FROM image i WHERE ${matchesAmongAll(filter)} AND ${start}),
      page AS MATERIALIZED (
        SELECT i.id FROM (SELECT * FROM found ORDER BY scanned_at DESC, id DESC) i ${counts}
         WHERE ${isPresentAlone} AND ${ofSeverity(filter)} ORDER BY i.scanned_at DESC, i.id DESC LIMIT ${limit + 1})
      SELECT ${imageColumns} FROM page JOIN image i ON i.id = page.id ${countsOfEach}
       ORDER BY i.scanned_at DESC, i.id DESC`;
  }

  findByRisk(filter: ImageFilter, { after, limit }: PageOf<RiskKey>): Promise<readonly ImageRow[]> {
    return findByRisk(this.database, { filter, after, count: limit + 1 });
  }

  findByIds(ids: readonly number[]): Promise<readonly ImageRow[]> {
    return this.database.$queryRaw<ImageRow[]>`
      SELECT ${imageColumns} FROM image i ${countsOfEach}
       WHERE i.id = ANY(${[...ids]}::int[]) ORDER BY i.id`;
  }

  /** Where each of these images is found, by image id. */
  async findLocations(imageIds: readonly number[]): Promise<ReadonlyMap<number, ImageLocation[]>> {
    const rows = await this.database.$queryRaw<(ImageLocation & { imageId: number })[]>`
      SELECT mi.image_id AS "imageId", ${locationColumns}
        FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id ${locationJoins}
       WHERE mi.image_id = ANY(${[...imageIds]}::int[]) AND m.deleted_at IS NULL AND g.removed_at IS NULL
       GROUP BY mi.image_id, g.name, r.name ORDER BY mi.image_id, g.name, r.name`;
    const locations = new Map<number, ImageLocation[]>();
    for (const { imageId, ...location } of rows) {
      locations.set(imageId, [...(locations.get(imageId) ?? []), location]);
    }
    return locations;
  }

  findManifestLocations(digest: string): Promise<ImageLocation[]> {
    return this.database.$queryRaw<ImageLocation[]>`
      SELECT ${locationColumns} FROM manifest m ${locationJoins}
       WHERE m.digest = ${digest} AND m.deleted_at IS NULL AND g.removed_at IS NULL
       GROUP BY g.name, r.name ORDER BY g.name, r.name`;
  }

  findImage(digest: string) {
    return this.database.image.findUnique({ where: { digest } });
  }

  /** The manifests with this digest, one a repository, newest first, each with its images and its latest scan. */
  findManifests(digest: string) {
    return this.database.manifest.findMany({
      where: { digest },
      orderBy: { id: 'desc' },
      take: 100,
      include: {
        images: { select: { imageId: true } },
        scans: { orderBy: { requestedAt: 'desc' }, take: 1, select: { id: true, state: true, errorCode: true } },
      },
    });
  }

  /** How many packages each layer of an image brings, and how many of all wait for their first verdict. */
  async countPackages(imageId: number): Promise<{ byLayer: ReadonlyMap<number, number>; unjudged: number }> {
    const layers = await this.database.$queryRaw<{ layer: number; packages: number }[]>`
      SELECT ip.layer_index AS layer, sum(cardinality(p.package_ids))::int AS packages
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
       WHERE ip.image_id = ${imageId} GROUP BY ip.layer_index`;
    const [count] = await this.database.$queryRaw<{ unjudged: number }[]>`
      SELECT count(*)::int AS unjudged
        FROM (SELECT DISTINCT unnest(p.package_ids) AS id
                FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId}) k
        JOIN package ON package.id = k.id
       WHERE package.judged_at IS NULL`;
    return { byLayer: new Map(layers.map((row) => [row.layer, row.packages])), unjudged: count?.unjudged ?? 0 };
  }
}

const locationColumns = Prisma.sql`
  g.name AS registry, r.name AS repository, count(t.id)::int AS "tagCount",
  coalesce((array_agg(t.name ORDER BY t.name) FILTER (WHERE t.id IS NOT NULL))[1:50], '{}') AS tags,
  to_char(max(m.attachments_asked_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "attachmentsAskedAt"`;
const locationJoins = Prisma.sql`
  JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
  LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL`;
