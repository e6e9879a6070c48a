import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { inventoryKey } from '@tidewaiter/engine';
import { DATABASE } from '@tidewaiter/server';
import { RequestScan } from './request-scan';

/** Asked for at a time: the queue need not hold more than is carried out until the next time. */
const batchSize = 500;

/**
 * Has images read again whose inventory other extractors made than there are now. Layers whose evidence still holds are not
 * pulled. An image is asked for once a day at most: what cannot be read is not asked for all the time.
 */
@Injectable()
export class RequestRereading {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly requestScan: RequestScan,
  ) {}

  /** How many were asked for. */
  async request(): Promise<number> {
    const stale = await this.database.$queryRaw<StaleManifest[]>`
      SELECT DISTINCT ON (i.id) r.registry_id AS "registryId", r.name AS repository, m.digest
        FROM image i
        JOIN manifest_image mi ON mi.image_id = i.id AND mi.excluded_by IS NULL
        JOIN manifest m ON m.id = mi.manifest_id AND m.deleted_at IS NULL AND m.excluded_by IS NULL
        JOIN repository r ON r.id = m.repository_id
        JOIN registry g ON g.id = r.registry_id AND g.removed_at IS NULL
       WHERE i.state <> 'unscanned' AND i.inventory_key <> ${inventoryKey()}
         AND NOT EXISTS (
           SELECT 1 FROM manifest_image other JOIN scan s ON s.manifest_id = other.manifest_id
            WHERE other.image_id = i.id
              AND (s.state IN ('queued', 'running')
                   OR (s.cause = 'revision' AND s.requested_at > now() - interval '1 day')))
       ORDER BY i.id, m.id
       LIMIT ${batchSize}`;
    for (const { registryId, repository, digest } of stale)
      await this.requestScan.request({ registryId, repository, digest, cause: 'revision' });
    return stale.length;
  }
}

interface StaleManifest {
  readonly registryId: number;
  readonly repository: string;
  readonly digest: string;
}
