import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { enqueueNotification, NotificationChannels } from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';

interface AlertRow {
  /** A bigint as text. */
  readonly id: string;
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Null: it is gone. */
  readonly digest: string | null;
  readonly previousDigest: string | null;
  readonly source: string;
  readonly firstSeenAt: Date;
}

const batchSize = 500;

/** Tells of tags that must not move and did, whoever saw it. */
@Injectable()
export class TellMovedTags {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly channels: NotificationChannels,
  ) {}

  /** Returns the number of new messages. */
  async tell(): Promise<number> {
    return this.database.$transaction(async (tx) => {
      const alerts = await tx.$queryRaw<AlertRow[]>`
        SELECT o.id::text, g.name AS registry, r.name AS repository, o.tag, o.digest, o.source,
               o.first_seen_at AS "firstSeenAt",
               (SELECT before.digest FROM tag_observation before
                 WHERE before.repository_id = o.repository_id AND before.tag = o.tag AND before.id < o.id
                 ORDER BY before.id DESC LIMIT 1) AS "previousDigest"
          FROM tag_observation o JOIN repository r ON r.id = o.repository_id JOIN registry g ON g.id = r.registry_id
         WHERE o.alert ORDER BY o.id LIMIT ${batchSize} FOR UPDATE OF o SKIP LOCKED`;
      let told = 0;
      for (const { id, registry, repository, tag, digest, previousDigest, source, firstSeenAt } of alerts) {
        const moved = {
          ...{ registry, repository, tag, source, seenAt: firstSeenAt.toISOString() },
          ...(digest === null ? {} : { digest }),
          ...(previousDigest === null ? {} : { previousDigest }),
        };
        await recordActivity(tx, 'tag.moved', moved);
        const payload = { kind: 'tag-moved' as const, ...moved };
        const subject = `protected tag ${registry}/${repository}:${tag} moved, observation ${id}`;
        for (const channel of this.channels.ids)
          if (await enqueueNotification(tx, { channel, subject, payload, dueAt: new Date() })) told += 1;
        await tx.tagObservation.update({ where: { id: BigInt(id) }, data: { alert: false } });
      }
      return told;
    });
  }
}
