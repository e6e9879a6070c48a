import { Prisma, type Database } from '@tidewaiter/db';
import { each } from './counted-columns';

export interface ImageCounts {
  readonly packages: number;
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly negligible: number;
  readonly unknown: number;
  readonly undetermined: number;
  readonly fixable: number;
  /** Null: nothing is. */
  readonly suppressed: number | null;
}

const inParts = Prisma.sql`sum(p.packages)::int AS packages, ${each('sum(p.$)::int AS $')}`;

const ofImage = Prisma.sql`
  coalesce(p.packages, 0) - r.packages AS packages, ${each('coalesce(p.$, 0) - r.$ - coalesce(o.$, 0) AS $')},
  o.findings AS suppressed`;

/**
 * SQL: a join that adds the counts of the image `i` as `s`: the sum over its parts without what it has twice and without what is
 * suppressed. All are null of an image that is not counted yet.
 */
export const countsOfEach = Prisma.sql`
  LEFT JOIN LATERAL (
    SELECT ${ofImage}
      FROM image_repetition r
     CROSS JOIN LATERAL (
       SELECT ${inParts} FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id WHERE ip.image_id = r.image_id) p
      LEFT JOIN image_suppression o ON o.image_id = r.image_id
     WHERE r.image_id = i.id) s ON true`;

/** The same for a question about the counts of all images: added up at once, which one by one takes longer. */
export const countsOfAll = Prisma.sql`
  LEFT JOIN (
    SELECT r.image_id, ${ofImage}
      FROM image_repetition r
      LEFT JOIN (
        SELECT ip.image_id, ${inParts} FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id GROUP BY ip.image_id) p
        ON p.image_id = r.image_id
      LEFT JOIN image_suppression o ON o.image_id = r.image_id) s ON s.image_id = i.id`;

/** Of all images that are counted, by their ids. */
export async function readCounts(database: Database): Promise<ReadonlyMap<number, ImageCounts>> {
  const rows = await database.$queryRaw<(ImageCounts & { imageId: number })[]>`
    SELECT i.id AS "imageId", packages, ${each('$')}, suppressed FROM image i ${countsOfAll} WHERE s.packages IS NOT NULL ORDER BY i.id`;
  return new Map(rows.map(({ imageId, ...counts }) => [imageId, counts]));
}
