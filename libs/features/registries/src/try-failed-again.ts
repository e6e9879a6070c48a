import type { Database } from '@tidewaiter/db';
import { ofRegistry } from './registry-at-fault';

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

/** What failed so often in a row is at fault itself, whatever its registry answers to others. */
const mostFailures = 4;

/** The registry answers: what failed because it did not is tried again at once. */
export async function tryUnansweredAgain(database: Database, registryId: number): Promise<void> {
  await database.$executeRaw`
    UPDATE manifest m SET retry_at = now()
      FROM repository r
     WHERE r.id = m.repository_id AND r.registry_id = ${registryId} AND m.deleted_at IS NULL
       AND m.retry_at > now() AND m.failures <= ${mostFailures}
       AND (SELECT s.error_code FROM scan s WHERE s.manifest_id = m.id ORDER BY s.requested_at DESC, s.id DESC LIMIT 1)
           = ANY(${[...ofRegistry]}::text[])`;
}
