import { Prisma, type Transaction } from '@tidewaiter/db';

/**
 * The images that hold any of these packages. One GIN probe a package: the obvious `package_ids && $ids` falls off a cliff
 * past some dozens of ids, and so does a plain join, whenever the planner takes the ids for common ones; over OFFSET 0 it
 * cannot join.
 */
export async function imagesHolding(tx: Transaction, packageIds: readonly number[]): Promise<readonly number[]> {
  if (packageIds.length === 0) return [];
  const rows = await tx.$queryRaw<{ image_id: number }[]>`
    SELECT DISTINCT ip.image_id
      FROM (SELECT DISTINCT p.id
              FROM unnest(${[...packageIds]}::int[]) AS k(id)
             CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[k.id] OFFSET 0) p) part
      JOIN image_part ip ON ip.part_id = part.id
     ORDER BY ip.image_id`;
  return rows.map((row) => row.image_id);
}

/** The rule that leaves out the tag `t` of the manifest `m`, or the manifest where there is none. */
export const entryRule = Prisma.sql`CASE WHEN t.id IS NULL THEN m.excluded_by ELSE t.excluded_by END`;

/** Those of the images that are still there and that no rule leaves out, for their platform or else, under at least one of their names. */
export async function imagesInScope(tx: Transaction, imageIds: readonly number[]): Promise<readonly number[]> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT i.id FROM unnest(${[...imageIds]}::int[]) AS i(id) WHERE ${isInScope(Prisma.sql`i.id`)} ORDER BY i.id`;
  return rows.map((row) => row.id);
}

function isInScope(imageId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    coalesce((SELECT bool_or(coalesce(${entryRule}, mi.excluded_by) IS NULL)
                FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id AND m.deleted_at IS NULL
                LEFT JOIN tag t ON t.manifest_id = m.id AND t.deleted_at IS NULL
               WHERE mi.image_id = ${imageId}),
             NOT EXISTS (SELECT FROM manifest_image mi WHERE mi.image_id = ${imageId}))`;
}

/** Those of the packages that some image in scope holds. */
export async function packagesInImages(tx: Transaction, packageIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT k.id FROM unnest(${[...packageIds]}::int[]) AS k(id)
     WHERE EXISTS (
       SELECT FROM (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[k.id] OFFSET 0) p
         JOIN image_part ip ON ip.part_id = p.id
        WHERE ${isInScope(Prisma.sql`ip.image_id`)})`;
  return new Set(rows.map((row) => row.id));
}
