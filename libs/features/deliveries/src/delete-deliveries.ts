import { deleteInBatches, type Database } from '@tidewaiter/db';

const batchSize = 2_000;

/** Deletes deliveries that came before a moment and are done with. The scans they asked for stay. Returns how many. */
export function deleteDeliveries(database: Database, before: Date): Promise<number> {
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM delivery WHERE id IN (
        SELECT id FROM delivery WHERE received_at < ${before} AND state <> 'received'
         ORDER BY received_at LIMIT ${batchSize})`,
  );
}
