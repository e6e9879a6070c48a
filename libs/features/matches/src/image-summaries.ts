import type { Transaction } from '@tidewaiter/db';

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

/** Those of the packages that some image holds. */
export async function packagesInImages(tx: Transaction, packageIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await tx.$queryRaw<{ id: number }[]>`
    SELECT k.id FROM unnest(${[...packageIds]}::int[]) AS k(id)
     WHERE EXISTS (
       SELECT FROM (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[k.id] OFFSET 0) p
         JOIN image_part ip ON ip.part_id = p.id)`;
  return new Set(rows.map((row) => row.id));
}

/**
 * Recounts the open findings of these images: those of each package once, however many images hold it, then their sums. A
 * package found in two layers of an image counts once. The rows are locked
 * by a statement of their own: the one that counts then sees what was committed while it waited.
 */
export async function refreshSummaries(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  const ids = [...imageIds].sort((a, b) => a - b);
  await tx.$executeRaw`SELECT FROM image_summary WHERE image_id = ANY(${ids}::int[]) ORDER BY image_id FOR UPDATE`;
  await tx.$executeRaw`
    INSERT INTO image_summary (image_id, packages, critical, high, medium, low, negligible, unknown, undetermined, fixable, updated_at)
    WITH counted AS MATERIALIZED (
      SELECT m.package_id,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'critical') AS critical,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'high') AS high,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'medium') AS medium,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'low') AS low,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'negligible') AS negligible,
             count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'unknown') AS unknown,
             count(*) FILTER (WHERE m.state = 'undetermined') AS undetermined,
             count(*) FILTER (WHERE m.state = 'affected' AND m.fixed_in IS NOT NULL) AS fixable
        FROM match m
       WHERE m.closed_at IS NULL
         AND m.package_id IN (
           SELECT unnest(p.package_ids) FROM inventory_part p
            WHERE p.id IN (SELECT ip.part_id FROM image_part ip WHERE ip.image_id = ANY(${ids}::int[])))
       GROUP BY m.package_id)
    SELECT i.id, count(k.package_id), coalesce(sum(c.critical), 0), coalesce(sum(c.high), 0), coalesce(sum(c.medium), 0),
           coalesce(sum(c.low), 0), coalesce(sum(c.negligible), 0), coalesce(sum(c.unknown), 0),
           coalesce(sum(c.undetermined), 0), coalesce(sum(c.fixable), 0), now()
      FROM unnest(${ids}::int[]) AS i(id)
      LEFT JOIN LATERAL (
        SELECT DISTINCT unnest(p.package_ids) AS package_id
          FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
         WHERE ip.image_id = i.id) k ON true
      LEFT JOIN counted c ON c.package_id = k.package_id
     GROUP BY i.id
     ORDER BY i.id
    ON CONFLICT (image_id) DO UPDATE SET packages = excluded.packages, critical = excluded.critical, high = excluded.high,
           medium = excluded.medium, low = excluded.low, negligible = excluded.negligible, unknown = excluded.unknown,
           undetermined = excluded.undetermined, fixable = excluded.fixable, updated_at = excluded.updated_at`;
}
