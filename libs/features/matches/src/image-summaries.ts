import type { Transaction } from '@tidewaiter/db';

/**
 * The images that hold any of these packages. One GIN probe a package; the obvious `package_ids && $ids` falls off a
 * cliff past some dozens of ids.
 */
export async function imagesHolding(tx: Transaction, packageIds: readonly number[]): Promise<readonly number[]> {
  if (packageIds.length === 0) return [];
  const rows = await tx.$queryRaw<{ image_id: number }[]>`
    SELECT DISTINCT ip.image_id
      FROM unnest(${[...packageIds]}::int[]) AS k(id)
      JOIN inventory_part p ON p.package_ids @> ARRAY[k.id]
      JOIN image_part ip ON ip.part_id = p.id
     ORDER BY ip.image_id`;
  return rows.map((row) => row.image_id);
}

/**
 * Recounts the open findings of these images. A package found in two layers of an image counts once. The rows are locked
 * by a statement of their own: the one that counts then sees what was committed while it waited.
 */
export async function refreshSummaries(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  const ids = [...imageIds].sort((a, b) => a - b);
  await tx.$executeRaw`SELECT FROM image_summary WHERE image_id = ANY(${ids}::int[]) ORDER BY image_id FOR UPDATE`;
  await tx.$executeRaw`
    INSERT INTO image_summary (image_id, packages, critical, high, medium, low, negligible, unknown, undetermined, fixable, updated_at)
    SELECT i.id, coalesce(c.packages, 0), coalesce(c.critical, 0), coalesce(c.high, 0), coalesce(c.medium, 0),
           coalesce(c.low, 0), coalesce(c.negligible, 0), coalesce(c.unknown, 0), coalesce(c.undetermined, 0),
           coalesce(c.fixable, 0), now()
      FROM unnest(${ids}::int[]) AS i(id)
      LEFT JOIN LATERAL (
        SELECT count(DISTINCT k.package_id) AS packages,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'critical') AS critical,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'high') AS high,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'medium') AS medium,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'low') AS low,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'negligible') AS negligible,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'unknown') AS unknown,
               count(m.id) FILTER (WHERE m.state = 'undetermined') AS undetermined,
               count(m.id) FILTER (WHERE m.state = 'affected' AND m.fixed_in IS NOT NULL) AS fixable
          FROM (SELECT DISTINCT unnest(p.package_ids) AS package_id
                  FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
                 WHERE ip.image_id = i.id) k
          LEFT JOIN match m ON m.package_id = k.package_id AND m.closed_at IS NULL) c ON true
     ORDER BY i.id
    ON CONFLICT (image_id) DO UPDATE SET packages = excluded.packages, critical = excluded.critical, high = excluded.high,
           medium = excluded.medium, low = excluded.low, negligible = excluded.negligible, unknown = excluded.unknown,
           undetermined = excluded.undetermined, fixable = excluded.fixable, updated_at = excluded.updated_at`;
}
