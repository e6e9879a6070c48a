import type { Lane } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';

/** What is paused now: a registry, or a lane. */
export interface PausedWork {
  readonly registryIds: readonly number[];
  readonly lanes: readonly string[];
}

export async function pausedWork(database: Database | Transaction): Promise<PausedWork> {
  const rows = await database.pause.findMany({ where: { resumedAt: null }, select: { registryId: true, lane: true } });
  return {
    registryIds: rows.flatMap(({ registryId }) => (registryId === null ? [] : [registryId])),
    lanes: rows.flatMap(({ lane }) => (lane === null ? [] : [lane])),
  };
}

/** Whether a walk through the registry, or with a lane a scan of it, is not to be begun. */
export async function isPaused(
  database: Database | Transaction,
  { registryId, lane }: { readonly registryId: number; readonly lane?: Lane },
): Promise<boolean> {
  const either = [{ registryId }, ...(lane === undefined ? [] : [{ lane }])];
  return (await database.pause.count({ where: { resumedAt: null, OR: either } })) > 0;
}
