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

/** Those of the images that a watched registry still has and that no rule leaves out, for their platform or else, under at least one of their names. */
export async function imagesInScope(tx: Transaction, imageIds: readonly number[]): Promise<readonly number[]> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT i.id FROM unnest(${[...imageIds]}::int[]) AS i(id) WHERE ${isInScope(Prisma.sql`i.id`)} ORDER BY i.id`;
  return rows.map((row) => row.id);
}

function isInScope(imageId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    coalesce((SELECT bool_or(coalesce(${entryRule}, mi.excluded_by) IS NULL)
                FROM manifest_image mi JOIN manifest m ON m.id = mi.manifest_id AND m.deleted_at IS NULL
                JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id AND g.removed_at IS NULL
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

/** Packages in which a vulnerability is found, and in which images. */
export interface FoundIn {
  readonly vulnerabilityId: number;
  readonly packageIds: readonly number[];
  /** Only these images, where it is known which they are. */
  readonly onlyIn: readonly number[] | null;
  readonly notIn: readonly number[];
}

/** Those of the packages, and of the images in scope, in which nobody vouches for what is found in them. */
export async function unvouched(tx: Transaction, { vulnerabilityId, packageIds, onlyIn, notIn }: FoundIn) {
  const among = onlyIn === null ? Prisma.empty : Prisma.sql`AND ip.image_id = ANY(${[...onlyIn]}::int[])`;
  const [row] = await tx.$queryRaw<{ packageIds: number[] | null; imageIds: number[] | null }[]>`
    WITH silent AS MATERIALIZED (
      SELECT m.package_id, s.image_id FROM match m JOIN image_suppression s ON s.match_ids @> ARRAY[m.id]
       WHERE m.vulnerability_id = ${vulnerabilityId} AND m.package_id = ANY(${[...packageIds]}::int[]) AND m.closed_at IS NULL),
    held AS MATERIALIZED (
      SELECT DISTINCT k.id AS package_id, ip.image_id
        FROM unnest(${[...packageIds]}::int[]) AS k(id)
       CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[k.id] OFFSET 0) p
        JOIN image_part ip ON ip.part_id = p.id
       WHERE ip.image_id <> ALL(${[...notIn]}::int[]) ${among}),
    here AS MATERIALIZED (
      SELECT h.image_id FROM (SELECT DISTINCT image_id FROM held) h WHERE ${isInScope(Prisma.sql`h.image_id`)})
    SELECT array_agg(DISTINCT package_id) AS "packageIds", array_agg(DISTINCT image_id) AS "imageIds"
      FROM (SELECT * FROM held EXCEPT SELECT * FROM silent) h JOIN here USING (image_id)`;
  return { packageIds: row?.packageIds ?? [], imageIds: row?.imageIds ?? [] };
}
