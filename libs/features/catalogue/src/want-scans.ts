import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import {
  enqueueScans,
  recordScan,
  withRepository,
  type RequestedScan,
  type ScanCause,
} from '@tidewaiter/features/scans';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import type { TagMove } from './compare-repository';

/** Scans asked for in one transaction. */
const batchSize = 200;

interface WantedRow {
  readonly manifestId: number;
  readonly repositoryId: number;
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
  readonly tag: string | null;
  readonly isRetry: boolean;
  /** What failed was a look at what is attached to it, and is tried again as such: another would perhaps not ask. */
  readonly isForAttached: boolean;
}

/** Asks for scans of what was never looked at, of platforms that a rule no longer leaves out, and of what failed and is due again. */
@Injectable()
export class WantScans {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
  ) {}

  /** After a walk through the repository: nothing in scope stays without a scan. Returns how many were asked for. */
  ofRepository(repositoryId: number, cameFrom: ReadonlyMap<number, TagMove>): Promise<number> {
    const isWanted = Prisma.sql`${isDue} OR ${isNew} AND NOT ${isCalledOff(cameFrom)}`;
    return this.request(Prisma.sql`m.repository_id = ${repositoryId} AND (${isWanted})`, cameFrom);
  }

  /** Of all registries, what failed and whose next try has come. */
  retries(): Promise<number> {
    return this.request(isDue, new Map());
  }

  private async request(condition: Prisma.Sql, cameFrom: ReadonlyMap<number, TagMove>): Promise<number> {
    let total = 0;
    for (;;) {
      const requested = await this.requestBatch(condition, cameFrom);
      await enqueueScans(this.queues, requested);
      total += requested.length;
      if (requested.length < batchSize) return total;
    }
  }

  private async requestBatch(
    condition: Prisma.Sql,
    cameFrom: ReadonlyMap<number, TagMove>,
  ): Promise<readonly RequestedScan[]> {
    return this.database.$transaction(async (tx) => {
      const rows = await tx.$queryRaw<WantedRow[]>`
        SELECT m.id AS "manifestId", r.id AS "repositoryId", g.name AS registry, r.name AS repository, m.digest,
               newest.name AS tag, m.retry_at IS NOT NULL AS "isRetry",
               coalesce((SELECT s.cause = 'attachment' FROM scan s WHERE s.manifest_id = m.id
                          ORDER BY s.requested_at DESC, s.id DESC LIMIT 1), false) AS "isForAttached"
          FROM manifest m JOIN repository r ON r.id = m.repository_id JOIN registry g ON g.id = r.registry_id
          LEFT JOIN LATERAL (
            SELECT t.name FROM tag t
             WHERE t.manifest_id = m.id AND t.deleted_at IS NULL AND t.excluded_by IS NULL
             ORDER BY t.moved_at DESC, t.id DESC LIMIT 1) newest ON true
         WHERE m.deleted_at IS NULL AND m.excluded_by IS NULL AND m.artifact_type IS NULL AND g.removed_at IS NULL
           AND NOT EXISTS (SELECT FROM scan s WHERE s.manifest_id = m.id AND s.state IN ('queued', 'running'))
           AND (${condition})
         ORDER BY newest.name IS NULL, m.id LIMIT ${batchSize}
           FOR NO KEY UPDATE OF r`;
      const requested: RequestedScan[] = [];
      for (const { manifestId, repositoryId, registry, repository, digest, tag, ...why } of rows) {
        const move = cameFrom.get(manifestId);
        const name = move?.tag ?? tag;
        const sighting = { manifestId, repositoryId, registry, previousManifestId: move?.previousManifestId ?? null };
        const named = name === null ? {} : { tag: name };
        const cause = causeOf(why);
        requested.push(await recordScan(tx, { sighting, repository, digest, cause, ...named }));
      }
      return requested;
    });
  }

  /** The images of an index are listed beside it, without a tag: what the index led to is known. */
  async linkKnownImages(repositoryId: number): Promise<void> {
    await withRepository(
      this.database,
      repositoryId,
      (tx) => tx.$executeRaw`
        INSERT INTO manifest_image (manifest_id, image_id)
        SELECT m.id, i.id FROM manifest m JOIN image i ON i.digest = m.digest
         WHERE m.repository_id = ${repositoryId} AND m.deleted_at IS NULL
           AND NOT EXISTS (SELECT FROM tag t WHERE t.manifest_id = m.id AND t.deleted_at IS NULL)
           AND NOT EXISTS (SELECT FROM manifest_image mi WHERE mi.manifest_id = m.id)
        ON CONFLICT DO NOTHING`,
    );
  }
}

function causeOf({ isRetry, isForAttached }: Pick<WantedRow, 'isRetry' | 'isForAttached'>): ScanCause {
  if (!isRetry) return 'reconcile';
  return isForAttached ? 'attachment' : 'retry';
}

/** Somebody cancelled its last scan: it is left alone until it is pushed, which a tag that has come to it tells. */
function isCalledOff(cameFrom: ReadonlyMap<number, TagMove>): Prisma.Sql {
  return Prisma.sql`(
    m.id <> ALL(${[...cameFrom.keys()]}::int[])
    AND coalesce((SELECT s.state = 'cancelled' FROM scan s WHERE s.manifest_id = m.id
                   ORDER BY s.requested_at DESC, s.id DESC LIMIT 1), false))`;
}

const isDue = Prisma.sql`m.retry_at <= now()`;
const isNew = Prisma.sql`(
  m.retry_at IS NULL
  AND (EXISTS (SELECT FROM manifest_image mi JOIN image i ON i.id = mi.image_id
                WHERE mi.manifest_id = m.id AND mi.excluded_by IS NULL AND i.state = 'unscanned')
       OR NOT EXISTS (SELECT FROM manifest_image mi WHERE mi.manifest_id = m.id)
          AND NOT EXISTS (SELECT FROM scan s WHERE s.manifest_id = m.id AND s.state = 'finished')))`;
