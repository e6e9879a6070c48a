import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { enqueueNotification, NotificationChannels } from '@tidewaiter/features/notifications';
import type { KnownRegistry } from '@tidewaiter/features/registries';
import { DATABASE } from '@tidewaiter/server';

const maxNamed = 10;

/**
 * Tells of images that wait in quarantine for too long: with the scanner down nothing new can be pulled any more, and nobody
 * notices before a deployment fails. Images that came in within the same hour are one piece of news.
 */
@Injectable()
export class TellWaiting {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly channels: NotificationChannels,
  ) {}

  /** Returns the number of new messages. */
  async tell({ id: registryId, config }: KnownRegistry, now = new Date()): Promise<number> {
    const { name: registry, actuator } = config;
    if (actuator?.mode !== 'on') return 0;
    const where = {
      registryId,
      dryRun: false,
      kind: { in: ['decide', 'release', 'hold'] },
      OR: [{ state: { in: ['waiting', 'pending'] } }, { state: 'failed', requestedBy: 'rule', dueAt: { not: null } }],
      createdAt: { lte: new Date(now.getTime() - actuator.alertMinutes * 60_000) },
    };
    const oldest = await this.database.registryAction.findMany({
      where,
      orderBy: { createdAt: 'asc' },
      take: maxNamed,
    });
    const [first] = oldest;
    if (first === undefined) return 0;
    const since = first.createdAt.toISOString();
    const payload = {
      kind: 'quarantine-waiting' as const,
      registry,
      since,
      count: await this.database.registryAction.count({ where }),
      images: oldest.map(({ repository, tag, digest, reason, error }) => ({
        name: `${repository ?? ''}${tag === null ? `@${digest ?? ''}` : `:${tag}`}`,
        reason: error ?? reason,
      })),
    };
    const subject = `quarantine of ${registry} waits since ${since.slice(0, 13)}`;
    return this.database.$transaction(async (tx) => {
      let told = 0;
      for (const channel of this.channels.ids) {
        if (await enqueueNotification(tx, { channel, subject, payload, dueAt: now })) told += 1;
      }
      return told;
    });
  }
}
