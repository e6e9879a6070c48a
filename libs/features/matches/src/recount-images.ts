import type { Database, Transaction } from '@tidewaiter/db';
import { imagesHolding, refreshSummaries } from './image-summaries';

/** Images counted in one transaction: bounds how long it holds their rows. */
const batchSize = 10_000;
const batchTimeoutMs = 300_000;

/** To be called in the transaction that changes matches of these packages. */
export async function markUncounted(tx: Transaction, packageIds: readonly number[]): Promise<void> {
  if (packageIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO uncounted_package (package_id) SELECT unnest(${[...packageIds]}::int[]) ORDER BY 1
    ON CONFLICT (package_id) DO UPDATE SET since = now()`;
}

/**
 * Counts the images anew that hold packages whose matches changed, each once, however many of its packages changed. A package that
 * changes again meanwhile stays marked; two that do this at once repeat work and lose none. Returns how many images it counted.
 */
export async function recountImages(database: Database, signal?: AbortSignal): Promise<number> {
  const marked = await database.$queryRaw<MarkedPackage[]>`
    SELECT package_id AS id, xmin::text AS version FROM uncounted_package ORDER BY package_id`;
  if (marked.length === 0) return 0;
  const imageIds = await imagesHolding(
    database,
    marked.map(({ id }) => id),
  );
  for (let start = 0; start < imageIds.length; start += batchSize) {
    signal?.throwIfAborted();
    const batch = imageIds.slice(start, start + batchSize);
    await database.$transaction((tx) => refreshSummaries(tx, batch), { timeout: batchTimeoutMs });
  }
  await database.$executeRaw`
    DELETE FROM uncounted_package u
     USING unnest(${marked.map(({ id }) => id)}::int[], ${marked.map(({ version }) => version)}::text[]) AS m(id, version)
     WHERE u.package_id = m.id AND u.xmin::text = m.version`;
  return imageIds.length;
}

interface MarkedPackage {
  readonly id: number;
  /** Another one when the package was marked again. */
  readonly version: string;
}
