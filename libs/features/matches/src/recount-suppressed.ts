import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { imagesHolding } from './image-holders';
import { whatIsSaidOf } from './image-suppressions';
import { writeSuppressed } from './summaries';
import { recordSuppressions, type SuppressionChange } from './suppression-transitions';

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

/**
 * To be called in the transaction that gives vulnerabilities other names, or takes some: statements speak of them by any name, and no
 * match changes with it. Whoever counts next looks at what these are found in.
 */
export async function markRenamed(tx: Transaction, vulnerabilityIds: readonly number[]): Promise<void> {
  if (vulnerabilityIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO uncounted_package (package_id)
    SELECT DISTINCT package_id FROM match
     WHERE vulnerability_id = ANY(${[...vulnerabilityIds]}::int[]) AND closed_at IS NULL AND EXISTS (SELECT FROM vex_statement)
     ORDER BY 1
    ON CONFLICT (package_id) DO UPDATE SET since = now()`;
}

/** To be called in the transaction that finds images in a repository, or no longer: a statement may speak of them by its name. */
export async function markPlaced(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id)
    SELECT DISTINCT unnest(${[...imageIds]}::int[]) WHERE EXISTS (SELECT FROM vex_statement)
    ORDER BY 1 ON CONFLICT DO NOTHING`;
}

async function markUnvouched(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  if (imageIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id) SELECT unnest(${[...imageIds]}::int[]) ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/** To be called in the transaction that changes what is attached to a manifest: its images are looked at again. */
export async function markAttachedTo(
  tx: Transaction,
  { repositoryId, digest }: { readonly repositoryId: number; readonly digest: string },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO unvouched_image (image_id)
    SELECT i.id FROM image i
     WHERE i.id IN (SELECT mi.image_id FROM manifest m JOIN manifest_image mi ON mi.manifest_id = m.id
                     WHERE m.repository_id = ${repositoryId} AND m.digest = ${digest})
        OR i.digest = ${digest}
     ORDER BY 1 ON CONFLICT DO NOTHING`;
}

/**
 * Takes what somebody vouches for out of the counts of the marked images, with a transition for each finding that came to be
 * suppressed or no longer is. Returns how many no longer are.
 */
export async function recountSuppressed(database: Database, signal?: AbortSignal): Promise<number> {
  // One cause however many batches: what is withdrawn is told of once.
  const cause = { kind: 'vex', at: new Date().toISOString() } as const;
  let withdrawn = 0;
  for (let isMore = true; isMore;) {
    signal?.throwIfAborted();
    const batch = await database.$transaction(
      async (tx) => {
        const { images, changes } = await countBatch(tx);
        await recordSuppressions(tx, changes, cause);
        return { images, withdrawn: changes.filter(({ isWithdrawn }) => isWithdrawn).length };
      },
      { timeout: batchTimeoutMs },
    );
    withdrawn += batch.withdrawn;
    isMore = batch.images === batchSize;
  }
  return withdrawn;
}

async function countBatch(tx: Transaction): Promise<{ images: number; changes: readonly SuppressionChange[] }> {
  const marked = await tx.$queryRaw<{ id: number }[]>`
    DELETE FROM unvouched_image WHERE image_id IN (
      SELECT image_id FROM unvouched_image ORDER BY image_id LIMIT ${batchSize} FOR UPDATE)
    RETURNING image_id AS id`;
  const changes: SuppressionChange[] = [];
  for (const { id: imageId } of marked.sort((a, b) => a.id - b.id)) {
    const now = new Set(await suppressedIn(tx, imageId));
    const before = new Set(await writeSuppressed(tx, imageId, [...now]));
    for (const matchId of before) if (!now.has(matchId)) changes.push({ imageId, matchId, isWithdrawn: true });
    for (const matchId of now) if (!before.has(matchId)) changes.push({ imageId, matchId, isWithdrawn: false });
  }
  return { images: marked.length, changes };
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

/** Matches of an image that somebody who is believed vouches for. */
export async function suppressedIn(tx: Transaction, imageId: number): Promise<readonly bigint[]> {
  const rows = await tx.$queryRaw<SpokenOf[]>`
    WITH held AS MATERIALIZED (
      SELECT DISTINCT unnest(p.package_ids) AS package_id
        FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id WHERE ip.image_id = ${imageId})
    SELECT m.id AS "matchId", v.name AS vulnerability, v.aliases, k.purl, k.ecosystem, k.name, k.version
      FROM held JOIN match m ON m.package_id = held.package_id AND m.closed_at IS NULL
      JOIN vulnerability v ON v.id = m.vulnerability_id JOIN package k ON k.id = m.package_id
     WHERE EXISTS (SELECT FROM vex_statement) AND ${isSpokenOf}`;
  if (rows.length === 0) return [];
  const said = await whatIsSaidOf(tx, imageId, rows);
  return rows
    .filter(({ vulnerability: id, aliases, purl, ecosystem, name, version }) => {
      const finding = {
        vulnerability: { id, aliases: [...aliases] },
        package: { purl, ecosystem, name, version },
      };
      return said(finding).suppression !== undefined;
    })
    .map(({ matchId }) => matchId);
}
