import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { toListItem } from './image-row';
import { isPresent, wasPresent } from './image-filter';
import { ImagesRepository } from './images.repository';
import type { ImageListItem } from './images.schema';
import { releaseSupport } from './release-support';

/** An image with the packages of the question that it holds, and the lowest layer each is brought by. */
export interface Holding {
  readonly imageId: number;
  readonly image: ImageListItem;
  readonly held: readonly { readonly packageId: number; readonly layer: number }[];
}

interface Held {
  readonly imageId: number;
  readonly packageId: number;
  readonly layer: number;
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
    const held = await this.database.$queryRaw<Held[]>`
      WITH wanted AS MATERIALIZED (SELECT DISTINCT id FROM (${packages}) w),
      holder AS MATERIALIZED (
        SELECT p.id AS part_id, wanted.id AS package_id FROM wanted
         CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[wanted.id] OFFSET 0) p),
      holding AS (
        SELECT DISTINCT ip.image_id
          FROM (SELECT DISTINCT part_id FROM holder) part JOIN image_part ip ON ip.part_id = part.part_id),
      page AS MATERIALIZED (
        SELECT i.id FROM holding JOIN image i ON i.id = holding.image_id
         WHERE ${at === undefined ? isPresent : wasPresent(at)} ${start} ORDER BY i.id DESC LIMIT ${limit + 1})
      SELECT page.id AS "imageId", holder.package_id AS "packageId", min(ip.layer_index)::int AS layer
        FROM page JOIN image_part ip ON ip.image_id = page.id JOIN holder ON holder.part_id = ip.part_id
       GROUP BY page.id, holder.package_id ORDER BY page.id DESC, holder.package_id`;
    return this.describe(held);
  }

  private async describe(held: readonly Held[]): Promise<readonly Holding[]> {
    const byImage = Map.groupBy(held, ({ imageId }) => imageId);
    const ids = [...byImage.keys()];
    if (ids.length === 0) return [];
    const [rows, locations] = await Promise.all([this.images.findByIds(ids), this.images.findLocations(ids)]);
    const supportOf = await releaseSupport(this.database, rows);
    return rows
      .map((row) => ({
        imageId: row.id,
        image: toListItem(row, locations.get(row.id) ?? [], supportOf(row)),
        held: (byImage.get(row.id) ?? []).map(({ packageId, layer }) => ({ packageId, layer })),
      }))
      .reverse();
  }
}
