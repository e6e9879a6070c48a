import type { Transaction } from '@tidewaiter/db';
import { counted, each } from './counted-columns';
import { eachRanked, writeRanks } from './image-ranks';

/**
 * To be called before summaries are written, or deleted with their parts or images: until the transaction ends nobody adds to any, so
 * whoever does so afterwards sees what was written, and neither waits for rows of the other.
 */
export async function holdSummaries(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext('tidewaiter/summaries'))`;
}

/**
 * Counts images that are new or whose parts are others: of their parts those that nobody counted yet, and for each image what it has
 * in more than one part, for a package found in two layers counts once.
 */
export async function writeSummaries(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  const ids = [...imageIds].sort((a, b) => a - b);
  await holdSummaries(tx);
  await noteRepeated(tx, ids);
  await countNewParts(tx, ids);
  // Rows in one order, so that two that write the same images cannot wait for each other.
  await tx.$executeRaw`
    INSERT INTO image_repetition (image_id, packages, ${each('$')}, updated_at)
    SELECT i.id, count(k.id), ${each('coalesce(sum(s.$), 0)')}, now()
      FROM unnest(${ids}::int[]) AS i(id)
      LEFT JOIN image_part ip ON ip.image_id = i.id AND ip.repeated <> '{}'
      LEFT JOIN LATERAL unnest(ip.repeated) AS k(id) ON true
      LEFT JOIN package_summary s ON s.package_id = k.id
     GROUP BY i.id
     ORDER BY i.id
    ON CONFLICT (image_id) DO UPDATE SET packages = excluded.packages, ${each('$ = excluded.$')}, updated_at = excluded.updated_at`;
  // Nothing is taken out of them yet; what was suppressed before is still to be compared with.
  await tx.$executeRaw`
    UPDATE image_suppression SET findings = 0, ${each('$ = 0')} WHERE image_id = ANY(${ids}::int[])`;
  await writeRanks(tx, ids);
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id) SELECT unnest(${ids}::int[]) WHERE EXISTS (SELECT FROM vex_statement)
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/** A part never changes, so one that was counted is kept right by those who add to summaries. */
async function countNewParts(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO part_summary (part_id, packages, ${each('$')}, updated_at)
    SELECT p.id, cardinality(p.package_ids), ${each('s.$')}, now()
      FROM inventory_part p
     CROSS JOIN LATERAL (
       SELECT ${each('coalesce(sum(s.$), 0) AS $')}
         FROM unnest(p.package_ids) AS k(id) LEFT JOIN package_summary s ON s.package_id = k.id) s
     WHERE p.id IN (SELECT part_id FROM image_part WHERE image_id = ANY(${[...imageIds]}::int[]))
       AND NOT EXISTS (SELECT FROM part_summary known WHERE known.part_id = p.id)
     ORDER BY p.id
    ON CONFLICT (part_id) DO NOTHING`;
}

/** Which packages the parts of these images have in common. Parts are replaced as a whole, so of what was noted nothing is stale. */
async function noteRepeated(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE image_part ip SET repeated = r.ids
      FROM (
        SELECT image_id, part_id, layer_index, array_agg(package_id ORDER BY package_id) AS ids
          FROM (
            SELECT ip.image_id, ip.part_id, ip.layer_index, k.id AS package_id,
                   row_number() OVER (PARTITION BY ip.image_id, k.id ORDER BY ip.layer_index, ip.part_id) AS nth
              FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id CROSS JOIN LATERAL unnest(p.package_ids) k(id)
             WHERE ip.image_id = ANY(${[...imageIds]}::int[])) held
         WHERE nth > 1 GROUP BY image_id, part_id, layer_index) r
     WHERE ip.image_id = r.image_id AND ip.part_id = r.part_id AND ip.layer_index = r.layer_index
       AND ip.repeated <> r.ids`;
}

/**
 * Takes these matches out of an image's counts, and puts those back that were out of them before and are not among them. Returns
 * which were out of them before. The image is of now in any case: whoever decides by its findings looks at it again.
 */
export async function writeSuppressed(
  tx: Transaction,
  imageId: number,
  matchIds: readonly bigint[],
): Promise<readonly bigint[]> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('tidewaiter/summaries'))`;
  await tx.$executeRaw`UPDATE image_repetition SET updated_at = now() WHERE image_id = ${imageId}`;
  const before = await tx.$queryRaw<{ matchIds: bigint[] }[]>`
    DELETE FROM image_suppression WHERE image_id = ${imageId} RETURNING match_ids AS "matchIds"`;
  if (matchIds.length > 0) {
    await tx.$executeRaw`
      INSERT INTO image_suppression (image_id, findings, match_ids, ${each('$')})
      SELECT ${imageId}, count(*), ${[...matchIds]}::bigint[], ${counted}
        FROM match m WHERE m.id = ANY(${[...matchIds]}::bigint[])`;
  }
  await writeRanks(tx, [imageId]);
  return before.flatMap((row) => row.matchIds);
}

/**
 * Counts the open matches of these packages, of which something changed, and adds what is other than the last time to the parts that
 * hold them: the cost follows the change, and neither the size of the images nor how many are made of the same parts. A part whose
 * counts stay as they are is of now as well: whoever decides by the findings of an image looks at it again. Images keep their ranks;
 * by how much these can be wrong now is added to what it was before (`rankImages` ranks them anew). Returns how many images are made
 * of these parts.
 */
export async function addToSummaries(tx: Transaction, packageIds: readonly number[]): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('tidewaiter/summaries'))`;
  await tx.$executeRaw`SET LOCAL work_mem = '64MB'`;
  // One GIN probe a package, as everywhere; over OFFSET 0 the planner cannot join. In integers: what `sum` makes of them, it adds up
  // much more slowly. All parts of the statement see the tables as they were before it.
  const [counts] = await tx.$queryRaw<{ images: number }[]>`
    WITH now_counted AS MATERIALIZED (
      SELECT k.id AS package_id, ${counted}
        FROM unnest(${[...packageIds]}::int[]) AS k(id)
        LEFT JOIN match m ON m.package_id = k.id AND m.closed_at IS NULL
       GROUP BY k.id),
    delta AS MATERIALIZED (
      SELECT n.package_id, ${each('n.$ - coalesce(s.$, 0) AS $')}
        FROM now_counted n LEFT JOIN package_summary s ON s.package_id = n.package_id),
    written AS (
      INSERT INTO package_summary (package_id, ${each('$')})
      SELECT n.package_id, ${each('n.$')} FROM now_counted n JOIN delta d ON d.package_id = n.package_id
       WHERE ${each('d.$ <> 0', ' OR ')}
      ON CONFLICT (package_id) DO UPDATE SET ${each('$ = excluded.$')}),
    holding AS MATERIALIZED (
      SELECT p.id AS part_id, ${each('sum(d.$)::int AS $')}
        FROM delta d
       CROSS JOIN LATERAL (SELECT id FROM inventory_part WHERE package_ids @> ARRAY[d.package_id] OFFSET 0) p
       GROUP BY p.id),
    repeating AS MATERIALIZED (
      SELECT ip.image_id, ${each('sum(d.$)::int AS $')}
        FROM delta d
       CROSS JOIN LATERAL (
         SELECT image_id FROM image_part WHERE repeated @> ARRAY[d.package_id] AND repeated <> '{}' OFFSET 0) ip
       WHERE ${each('d.$ <> 0', ' OR ')}
       GROUP BY ip.image_id),
    added AS (
      UPDATE part_summary s SET ${each('$ = s.$ + h.$')}, updated_at = now(), round = (SELECT round FROM image_drift)
        FROM holding h WHERE s.part_id = h.part_id),
    drifted AS (
      UPDATE image_drift i SET ${eachRanked('gained_$ = i.gained_$ + m.gained_$, lost_$ = i.lost_$ + m.lost_$')}
        FROM (SELECT ${eachRanked('sum(greatest(d.$, 0)) AS gained_$, sum(greatest(-d.$, 0)) AS lost_$')} FROM delta d) m
       WHERE EXISTS (SELECT FROM holding)),
    added_twice AS (
      UPDATE image_repetition r SET ${each('$ = r.$ + t.$')}, updated_at = now()
        FROM repeating t WHERE r.image_id = t.image_id)
    SELECT count(*)::int AS images
      FROM (SELECT DISTINCT ip.image_id
              FROM holding h
             CROSS JOIN LATERAL (SELECT image_id FROM image_part WHERE part_id = h.part_id OFFSET 0) ip) i`;
  return counts?.images ?? 0;
}
