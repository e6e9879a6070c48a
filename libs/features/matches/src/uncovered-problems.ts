import type { Problem } from '@tidewaiter/contracts';
import type { Transaction } from '@tidewaiter/db';
import { notCovered } from '@tidewaiter/matching';

/**
 * The ecosystems of these images that no feed has records for. Asked when it is told, not kept: a feed that comes later
 * makes it untrue.
 */
export async function uncoveredProblems(tx: Transaction, imageIds: readonly number[]): Promise<readonly Problem[]> {
  const rows = await tx.$queryRaw<{ ecosystem: string; packages: number }[]>`
    WITH covered AS MATERIALIZED (SELECT DISTINCT e.ecosystem FROM feed f, unnest(f.ecosystems) AS e(ecosystem))
    SELECT p.ecosystem, count(*)::int AS packages
      FROM (SELECT DISTINCT unnest(part.package_ids) AS id
              FROM image_part ip JOIN inventory_part part ON part.id = ip.part_id
             WHERE ip.image_id = ANY(${[...imageIds]}::int[])) held
      JOIN package p ON p.id = held.id
     WHERE EXISTS (SELECT FROM package_key k WHERE k.package_id = p.id)
       AND NOT EXISTS (SELECT FROM package_key k JOIN covered c ON c.ecosystem = k.ecosystem WHERE k.package_id = p.id)
     GROUP BY p.ecosystem
     ORDER BY p.ecosystem`;
  return rows.map((row) => notCovered(row.ecosystem, row.packages));
}
