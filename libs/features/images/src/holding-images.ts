import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { toListItem } from './image-row';
import { ImagesRepository, isPresent, wasPresent } from './images.repository';
import type { ImageListItem } from './images.schema';
import { releaseSupport } from './release-support';

/** An image with the packages of the question that it holds, and the lowest layer each is brought by. */
export interface Holding {
  readonly imageId: number;
  readonly image: ImageListItem;
  readonly held: readonly { readonly packageId: number; readonly layer: number }[];
}

/** Which images hold any of some packages. The packages are a subquery, so that thousands of ids stay in the database. */
@Injectable()
export class HoldingImages {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly images: ImagesRepository,
  ) {}

  /** At most `limit + 1` images that some registry has, or had at a moment, newest first. `packages` selects one column `id`; ids may repeat. */
  async find(
    packages: Prisma.Sql,
    {
      after,
      limit,
      at,
    }: { readonly after: number | undefined; readonly limit: number; readonly at?: Date | undefined },
  ): Promise<readonly Holding[]> {
    const start = after === undefined ? Prisma.empty : Prisma.sql`AND i.id < ${after}`;
    // One GIN probe a package; `package_ids && ids` falls off a cliff past some dozens of ids, and so does a plain join when
    // the planner takes the ids for common ones: over OFFSET 0 it cannot join.
    const found = await this.database.$queryRaw<{ id: number }[]>`
      WITH wanted AS MATERIALIZED (SELECT DISTINCT id FROM (${packages}) w),
      part AS MATERIALIZED (
        SELECT DISTINCT p.id FROM wanted
         CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[wanted.id] OFFSET 0) p),
      holding AS (SELECT DISTINCT ip.image_id FROM part JOIN image_part ip ON ip.part_id = part.id)
      SELECT i.id FROM holding JOIN image i ON i.id = holding.image_id
       WHERE ${at === undefined ? isPresent : wasPresent(at)} ${start} ORDER BY i.id DESC LIMIT ${limit + 1}`;
    return this.describe(
      packages,
      found.map((row) => row.id),
    );
  }

  private async describe(packages: Prisma.Sql, ids: readonly number[]): Promise<readonly Holding[]> {
    if (ids.length === 0) return [];
    const [rows, locations, held] = await Promise.all([
      this.images.findByIds(ids),
      this.images.findLocations(ids),
      this.database.$queryRaw<{ imageId: number; packageId: number; layer: number }[]>`
        WITH wanted AS MATERIALIZED (SELECT DISTINCT id FROM (${packages}) w)
        SELECT ip.image_id AS "imageId", wanted.id AS "packageId", min(ip.layer_index)::int AS layer
          FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
         CROSS JOIN LATERAL unnest(p.package_ids) k(id) JOIN wanted ON wanted.id = k.id
         WHERE ip.image_id = ANY(${[...ids]}::int[])
         GROUP BY ip.image_id, wanted.id ORDER BY ip.image_id, wanted.id`,
    ]);
    const supportOf = await releaseSupport(this.database, rows);
    const byImage = Map.groupBy(held, (row) => row.imageId);
    return rows
      .map((row) => ({
        imageId: row.id,
        image: toListItem(row, locations.get(row.id) ?? [], supportOf(row)),
        held: (byImage.get(row.id) ?? []).map(({ packageId, layer }) => ({ packageId, layer })),
      }))
      .reverse();
  }
}
