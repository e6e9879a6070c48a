import type { Database } from '@tidewaiter/db';

/**
 * What could not be read of a registry is tried again at once: its description has changed, which may be what was missing. Not when
 * a process starts, or an image that ends its worker would be begun by every new one.
 */
export async function tryFailedAgain(database: Database, registryId: number): Promise<void> {
  await database.$executeRaw`
    UPDATE manifest m SET failures = 0, retry_at = now()
      FROM repository r
     WHERE r.id = m.repository_id AND r.registry_id = ${registryId} AND m.retry_at > now()`;
}
