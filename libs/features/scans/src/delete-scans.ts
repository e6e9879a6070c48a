import { deleteInBatches, type Database } from '@tidewaiter/db';

const batchSize = 2_000;

/**
 * Deletes scans asked for before a moment that came to an end. The newest of each end stays for every manifest: it says what is
 * known of it, and why. Returns how many.
 */
export function deleteScans(database: Database, before: Date): Promise<number> {
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM scan WHERE id IN (
        SELECT s.id FROM scan s
         WHERE s.requested_at < ${before} AND s.state IN ('finished', 'failed', 'cancelled')
           AND EXISTS (
             SELECT FROM scan n
              WHERE n.manifest_id = s.manifest_id AND n.state = s.state
                AND (n.requested_at, n.id) > (s.requested_at, s.id))
         LIMIT ${batchSize})`,
  );
}
