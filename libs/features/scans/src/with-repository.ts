import type { Database, Transaction } from '@tidewaiter/db';

/**
 * Whoever writes rows of a repository locks its row first, events and walks alike: of two that write the same rows in another
 * order, neither would else end.
 */
export function withRepository<T>(
  database: Database,
  repositoryId: number,
  write: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return database.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM repository WHERE id = ${repositoryId} FOR NO KEY UPDATE`;
    return write(tx);
  });
}
