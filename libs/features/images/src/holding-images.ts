import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { toListItem } from './image-row';
import { isPresentAlone, wasPresent } from './image-filter';
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

interface Question {
  /** Selects one column `id`; ids may repeat. */
  readonly packages: Prisma.Sql;
  /** Id of the image after which the answer begins. */
  readonly after: number | undefined;
  readonly limit: number;
  /** A moment, or now. */
  readonly at?: Date | undefined;
}

/** How many images are looked at for each that is asked for, where most hold something; four times as many each time that was too few. */
const firstLook = 2;

/** Which images hold any of some packages. The packages are a subquery, so that thousands of ids stay in the database. */
@Injectable()
export class HoldingImages {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly images: ImagesRepository,
  ) {}

  /** At most `limit + 1` images that some registry has, or had at a moment, newest first. */
  async find(packages: Prisma.Sql, page: Omit<Question, 'packages'>): Promise<readonly Holding[]> {
    const question = { packages, ...page };
    return this.describe(await ((await this.isCommon(question)) ? this.byImages(question) : this.byParts(question)));
  }

  /**
   * Whether to look at images one after the other is less than to look at all parts that hold something. With p such parts among n
   * images that is about 50 n / p images against p parts, and an image costs about four times as much. A package that is asked for twice
   * counts twice: to find out would take all packages where the first ones tell.
   */
  private async isCommon({ packages }: Question): Promise<boolean> {
    const rows = await this.database.$queryRaw<{ isCommon: boolean }[]>`
      WITH most AS MATERIALIZED (SELECT sqrt(200.0 * (SELECT coalesce(max(id), 0) FROM image))::int AS parts)
      SELECT (SELECT count(*) FROM (${holdersOf(packages)} LIMIT (SELECT parts + 1 FROM most)) h) > parts AS "isCommon" FROM most`;
    return rows[0]?.isCommon === true;
  }

  /** Of each part the newest images are taken, at most a page: the newest of all are among them. */
  private byParts({ packages, after, limit, at }: Question): Promise<Held[]> {
    return this.database.$queryRaw<Held[]>`
      WITH holder AS MATERIALIZED (${holders(packages)}),
      page AS MATERIALIZED (
        SELECT DISTINCT newest.id FROM (SELECT DISTINCT part_id FROM holder) part
         CROSS JOIN LATERAL (
           SELECT DISTINCT i.id FROM image_part ip JOIN image i ON i.id = ip.image_id
            WHERE ip.part_id = part.part_id AND ${isThereAt(at)} AND ${comesAfter(after)}
            ORDER BY i.id DESC LIMIT ${limit + 1}) newest
         ORDER BY newest.id DESC LIMIT ${limit + 1})
      ${heldBy(Prisma.sql`SELECT id FROM page`)}`;
  }

  /** Newest images are looked at until there are enough that hold something. */
  private async byImages(question: Question): Promise<Held[]> {
    const { packages, limit, at } = question;
    const held: Held[] = [];
    const found = new Set<number>();
    for (let { after } = question, look = Math.ceil(firstLook * (limit + 1)); ; look *= 4) {
      const rows = await this.database.$queryRaw<{ id: number }[]>`
        SELECT i.id FROM image i WHERE ${isThereAt(at)} AND ${comesAfter(after)} ORDER BY i.id DESC LIMIT ${look}`;
      const ids = rows.map(({ id }) => id);
      const more = await this.database.$queryRaw<Held[]>`
        WITH wanted AS MATERIALIZED (SELECT DISTINCT id FROM (${packages}) w),
        part AS MATERIALIZED (SELECT DISTINCT part_id FROM image_part WHERE image_id = ANY(${ids}::int[])),
        holder AS MATERIALIZED (
          SELECT p.id AS part_id, wanted.id AS package_id
            FROM part JOIN inventory_part p ON p.id = part.part_id
           CROSS JOIN LATERAL unnest(p.package_ids) AS packed(id) JOIN wanted ON wanted.id = packed.id),
        page AS MATERIALIZED (
          SELECT DISTINCT ip.image_id AS id FROM image_part ip
           WHERE ip.image_id = ANY(${ids}::int[]) AND ip.part_id IN (SELECT part_id FROM holder)
           ORDER BY id DESC LIMIT ${limit + 1 - found.size})
        ${heldBy(Prisma.sql`SELECT id FROM page`)}`;
      held.push(...more);
      for (const { imageId } of more) found.add(imageId);
      if (found.size > limit || ids.length < look) return held;
      after = ids.at(-1);
    }
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

/**
 * SQL: parts and which of the packages each holds. One GIN probe a package: `package_ids && ids` falls off a cliff past some dozens of
 * ids, and so does a plain join when the planner takes the ids for common ones; over OFFSET 0 it cannot join.
 */
function holders(packages: Prisma.Sql): Prisma.Sql {
  return holdersOf(Prisma.sql`SELECT DISTINCT id FROM (${packages}) w`);
}

/** SQL: the same, as often as a package is among them. */
function holdersOf(packages: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT p.id AS part_id, wanted.id AS package_id FROM (${packages}) wanted
     CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[wanted.id] OFFSET 0) p`;
}

/** SQL: what the images of a subquery hold, given `holder`. */
function heldBy(images: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT image.id AS "imageId", holder.package_id AS "packageId", min(ip.layer_index)::int AS layer
      FROM (${images}) image JOIN image_part ip ON ip.image_id = image.id JOIN holder ON holder.part_id = ip.part_id
     GROUP BY image.id, holder.package_id ORDER BY image.id DESC, holder.package_id`;
}

function isThereAt(at: Date | undefined): Prisma.Sql {
  return at === undefined ? isPresentAlone : wasPresent(at);
}

function comesAfter(imageId: number | undefined): Prisma.Sql {
  return imageId === undefined ? Prisma.sql`true` : Prisma.sql`i.id < ${imageId}`;
}
