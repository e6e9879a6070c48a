import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { imagesHolding } from './image-holders';
import { suppressorOf } from './image-suppressions';
import { writeSuppressed } from './summaries';

/** Images looked at in one transaction: bounds how long images that are being recorded wait for it. */
const batchSize = 50;
const batchTimeoutMs = 300_000;

/** True of a vulnerability `v` that some statement speaks of, by any of its names. */
const isSpokenOf = Prisma.sql`
  EXISTS (SELECT FROM vex_statement s
           WHERE s.vulnerabilities && ARRAY(SELECT upper(name) FROM unnest(array_append(v.aliases, v.name)) n(name)))`;

/** To be called in the transaction that changes statements: whatever was vouched for, or is now, is looked at again. */
export async function markVouchedFor(tx: Transaction): Promise<void> {
  const packages = await tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT m.package_id AS id FROM vulnerability v JOIN match m ON m.vulnerability_id = v.id
     WHERE m.closed_at IS NULL AND ${isSpokenOf}`;
  const ids = packages.map(({ id }) => id);
  await markUnvouched(tx, await imagesHolding(tx, ids));
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id) SELECT image_id FROM image_suppression ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/** To be called when the findings of these packages were counted anew. */
export async function markVouchedForIn(tx: Transaction, packageIds: readonly number[]): Promise<void> {
  const packages = await tx.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT m.package_id AS id FROM match m JOIN vulnerability v ON v.id = m.vulnerability_id
     WHERE m.package_id = ANY(${[...packageIds]}::int[]) AND m.closed_at IS NULL
       AND EXISTS (SELECT FROM vex_statement) AND ${isSpokenOf}`;
  await markUnvouched(
    tx,
    await imagesHolding(
      tx,
      packages.map(({ id }) => id),
    ),
  );
  // What was vouched for may be gone.
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id)
    SELECT i.image_id FROM image_suppression i
     WHERE EXISTS (SELECT FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
                    WHERE ip.image_id = i.image_id AND p.package_ids && ${[...packageIds]}::int[])
     ORDER BY 1 ON CONFLICT DO NOTHING`;
}

async function markUnvouched(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id) SELECT unnest(${[...imageIds]}::int[]) ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/** Takes what somebody vouches for out of the counts of the marked images. */
export async function recountSuppressed(database: Database, signal?: AbortSignal): Promise<void> {
  for (let isMore = true; isMore;) {
    signal?.throwIfAborted();
    isMore = await database.$transaction(countBatch, { timeout: batchTimeoutMs });
  }
}

async function countBatch(tx: Transaction): Promise<boolean> {
  const marked = await tx.$queryRaw<{ id: number }[]>`
    DELETE FROM unvouched_image WHERE image_id IN (
      SELECT image_id FROM unvouched_image ORDER BY image_id LIMIT ${batchSize} FOR UPDATE)
    RETURNING image_id AS id`;
  for (const { id } of marked.sort((a, b) => a.id - b.id)) await writeSuppressed(tx, id, await suppressedIn(tx, id));
  return marked.length === batchSize;
}

interface SpokenOf {
  readonly matchId: bigint;
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly purl: string;
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Matches of an image that somebody vouches for. */
async function suppressedIn(tx: Transaction, imageId: number): Promise<readonly bigint[]> {
  const rows = await tx.$queryRaw<SpokenOf[]>`
    WITH held AS MATERIALIZED (
      SELECT DISTINCT unnest(p.package_ids) AS package_id
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId})
    SELECT m.id AS "matchId", v.name AS vulnerability, v.aliases, k.purl, k.ecosystem, k.name, k.version
      FROM held JOIN match m ON m.package_id = held.package_id AND m.closed_at IS NULL
      JOIN vulnerability v ON v.id = m.vulnerability_id JOIN package k ON k.id = m.package_id
     WHERE ${isSpokenOf}`;
  if (rows.length === 0) return [];
  const suppressionOf = await suppressorOf(tx, imageId, rows);
  return rows
    .filter(({ vulnerability: id, aliases, purl, ecosystem, name, version }) => {
      const finding = {
        vulnerability: { id, aliases: [...aliases] },
        package: { purl, ecosystem, name, version },
      };
      return suppressionOf(finding) !== undefined;
    })
    .map(({ matchId }) => matchId);
}
