import type { Database, Transaction } from '@tidewaiter/db';
import { markVouchedForIn, recountSuppressed } from './recount-suppressed';
import { addToSummaries } from './summaries';

/** Packages counted in one transaction: bounds how long images that are being recorded wait for it. */
const batchSize = 10_000;
const batchTimeoutMs = 300_000;

/** To be called in the transaction that changes matches of these packages, in what is counted or in what images are held for. */
export async function markUncounted(tx: Transaction, packageIds: readonly number[]): Promise<void> {
  if (packageIds.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO uncounted_package (package_id) SELECT unnest(${[...packageIds]}::int[]) ORDER BY 1
    ON CONFLICT (package_id) DO UPDATE SET since = now()`;
}

/**
 * Brings the counts of images up to date with the matches of all marked packages. A package that changes again meanwhile stays marked;
 * two that do this at once come one after the other. Returns how many images were changed, once for each batch of packages.
 */
export async function recountImages(database: Database, signal?: AbortSignal): Promise<number> {
  let images = 0;
  for (let isMore = true; isMore;) {
    signal?.throwIfAborted();
    const batch = await database.$transaction(countBatch, { timeout: batchTimeoutMs });
    images += batch.images;
    isMore = batch.packages === batchSize;
  }
  await recountSuppressed(database, signal);
  return images;
}

async function countBatch(tx: Transaction): Promise<{ packages: number; images: number }> {
  // Rows that somebody marks again meanwhile wait for this transaction, and are there again after it.
  const marked = await tx.$queryRaw<{ id: number }[]>`
    DELETE FROM uncounted_package WHERE package_id IN (
      SELECT package_id FROM uncounted_package ORDER BY package_id LIMIT ${batchSize} FOR UPDATE)
    RETURNING package_id AS id`;
  if (marked.length === 0) return { packages: 0, images: 0 };
  const ids = marked.map(({ id }) => id);
  const images = await addToSummaries(tx, ids);
  await markVouchedForIn(tx, ids);
  return { packages: marked.length, images };
}
