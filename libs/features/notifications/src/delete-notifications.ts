import { deleteInBatches, type Database } from '@tidewaiter/db';

const batchSize = 2_000;

/**
 * Deletes what was told before a moment. What was told of a digest stays for as long as a registry has it: it is told once.
 * Returns how many.
 */
export function deleteNotifications(database: Database, before: Date): Promise<number> {
  return deleteInBatches(
    batchSize,
    () => database.$executeRaw`
      DELETE FROM notification WHERE id IN (
        SELECT n.id FROM notification n
         WHERE n.created_at < ${before} AND n.state IN ('sent', 'absorbed', 'failed')
           AND NOT EXISTS (
             SELECT FROM manifest m WHERE m.digest = split_part(n.subject, '@', 2) AND m.deleted_at IS NULL)
         LIMIT ${batchSize})`,
  );
}
