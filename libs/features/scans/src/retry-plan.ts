import type { Transaction } from '@tidewaiter/db';

/** After the first, second, ... scan in a row that failed for good or did not get all; the last wait is that of every further one. */
const retryHours = [1, 6, 24, 72, 168] as const;

/**
 * Says when a manifest whose scan failed for good, or was not given everything it needs, is tried again. A scan has several attempts
 * before it comes to this.
 */
export async function planRetry(tx: Transaction, manifestId: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE manifest SET failures = failures + 1,
           retry_at = now() + make_interval(hours => (${[...retryHours]}::int[])[least(failures + 1, ${retryHours.length}::int)])
     WHERE id = ${manifestId}`;
}

export async function forgetFailures(tx: Transaction, manifestId: number): Promise<void> {
  await tx.manifest.updateMany({
    where: { id: manifestId, OR: [{ failures: { gt: 0 } }, { retryAt: { not: null } }] },
    data: { failures: 0, retryAt: null },
  });
}
