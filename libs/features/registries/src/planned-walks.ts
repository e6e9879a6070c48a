import type { Database, Transaction } from '@tidewaiter/db';

/** Webhooks are tried once: how often the catalogue is compared with what is known. */
export const walkEveryMs = 6 * 3_600_000;

/** Under which it is kept when a registry was last walked by the clock. */
export function walkKey(registryId: number): string {
  return `registry.reconcile ${String(registryId)}`;
}

/** By then every process has seen that a registry's description is another. */
const seenEverywhereMs = 6_000;

/** What is known of the registry may be wrong by now: it is not left so until the clock says. */
export async function walkAtOnce(database: Database, registryId: number): Promise<void> {
  await walkWithin(database, registryId, seenEverywhereMs);
}

/**
 * A process starts, perhaps because somebody corrected what is wrong: a registry whose last walk saw nothing of it is walked at
 * once. One that lists no repositories to us and has some that are known was seen.
 */
export async function walkAtOnceWhatWasNotSeen(database: Database, registryId: number): Promise<void> {
  const last = await database.reconcileRun.findFirst({ where: { registryId }, orderBy: { startedAt: 'desc' } });
  if (last !== null && last.problemCode !== null && last.refused === last.repositories)
    await walkAtOnce(database, registryId);
}

/** The registry failed us: it is walked before its time, which shows whether it is back. */
export async function walkWithin(tx: Transaction, registryId: number, withinMs: number): Promise<void> {
  const lastRunAt = new Date(Date.now() - walkEveryMs + withinMs);
  await tx.scheduleRun.updateMany({
    where: { key: walkKey(registryId), lastRunAt: { gt: lastRunAt } },
    data: { lastRunAt },
  });
}

/** Of registries that are not watched any more: were they added again, a walk that went on would skip what it had compared before. */
export async function endWalks(database: Database, registryIds: readonly number[]): Promise<void> {
  const problem = { problemCode: 'registry-removed', problem: 'the registry was removed while it was walked' };
  await database.reconcileRun.updateMany({
    where: { registryId: { in: [...registryIds] }, finishedAt: null },
    data: { finishedAt: new Date(), leaseUntil: null, ...problem },
  });
}
