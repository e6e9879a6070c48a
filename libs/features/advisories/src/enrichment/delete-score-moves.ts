import { deleteInBatches, type Database } from '@tidewaiter/db';

const batchSize = 5_000;

/** Deletes how scores of EPSS moved before a moment. Returns how many. */
export function deleteScoreMoves(database: Database, before: Date): Promise<number> {
  const day = before.toISOString().slice(0, 10);
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM epss_change WHERE id IN (
        SELECT id FROM epss_change WHERE score_date < ${day} ORDER BY id LIMIT ${batchSize})`,
  );
}
