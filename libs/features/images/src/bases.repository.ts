import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import type { Rebuild } from './bases.schema';
import { isPresent } from './image-filter';

export interface ChainedImage {
  readonly id: number;
  readonly chains: readonly Uint8Array[];
  readonly baseName: string | null;
  readonly baseDigest: string | null;
}

const maxBases = 100;

/** Which image is built on which: exact, because a layer's chain stands for it and everything below it. */
@Injectable()
export class BasesRepository {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  chainedImage(id: number): Promise<ChainedImage> {
    const select = { id: true, chains: true, baseName: true, baseDigest: true };
    return this.database.image.findUniqueOrThrow({ where: { id }, select });
  }

  /** Present images all of whose layers are the first ones of this, and which are not the same layers. */
  findBases({ id, chains }: ChainedImage): Promise<readonly { readonly id: number; readonly layers: number }[]> {
    return this.database.$queryRaw<{ id: number; layers: number }[]>`
      SELECT i.id, cardinality(i.chains) AS layers FROM image i
       WHERE i.chain = ANY(${chains.slice(0, -1)}::bytea[]) AND i.id <> ${id} AND ${isPresent}
       ORDER BY cardinality(i.chains) DESC, i.scanned_at DESC, i.id LIMIT ${maxBases}`;
  }

  findDependents(
    image: ChainedImage,
    { after, limit }: { readonly after: number | undefined; readonly limit: number },
  ): Promise<readonly { readonly id: number }[]> {
    const behind = after === undefined ? Prisma.empty : Prisma.sql`AND i.id < ${after}::int`;
    return this.database.$queryRaw<{ id: number }[]>`
      SELECT i.id FROM image i WHERE ${builtOn(image)} ${behind} ORDER BY i.id DESC LIMIT ${limit + 1}`;
  }

  /**
   * Images that are built on the same base and change nothing of it share its parts, so packages are counted once for each
   * set of parts and not for each image.
   */
  async countRebuild(image: ChainedImage): Promise<Rebuild> {
    const [row] = await this.database.$queryRaw<[Rebuild]>`
      WITH dependent AS MATERIALIZED (SELECT i.id FROM image i WHERE ${builtOn(image)}),
      holding AS (
        SELECT d.id, array_agg(DISTINCT ip.part_id) FILTER (WHERE ip.part_id IS NOT NULL) AS parts
          FROM dependent d LEFT JOIN image_part ip ON ip.image_id = d.id AND ip.layer_index < ${image.chains.length}::int
         GROUP BY d.id),
      part_set AS MATERIALIZED (SELECT parts, count(*) AS images FROM holding GROUP BY parts),
      counted AS (
        SELECT s.images, c.*
          FROM part_set s CROSS JOIN LATERAL (
            SELECT coalesce(sum(p.critical + p.high + p.medium + p.low + p.negligible + p.unknown), 0) AS findings,
                   coalesce(sum(p.critical), 0) AS critical, coalesce(sum(p.high), 0) AS high,
                   coalesce(sum(p.fixable), 0) AS fixable
              FROM (SELECT DISTINCT unnest(part.package_ids) AS id FROM inventory_part part WHERE part.id = ANY(s.parts)) held
              JOIN package_summary p ON p.package_id = held.id) c)
      SELECT coalesce(sum(images), 0)::int AS images, coalesce(sum(images * findings), 0)::int AS findings,
             coalesce(sum(images * critical), 0)::int AS critical, coalesce(sum(images * high), 0)::int AS high,
             coalesce(sum(images * fixable), 0)::int AS fixable
        FROM counted`;
    return row;
  }
}

/** Images that begin with all layers of this one and have more. */
function builtOn({ chains }: ChainedImage): Prisma.Sql {
  const chain = chains.at(-1);
  if (chain === undefined) return Prisma.sql`false`;
  return Prisma.sql`i.chains @> ARRAY[${chain}::bytea] AND i.chain <> ${chain}::bytea AND ${isPresent}`;
}
