import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

export interface RecoveredWork {
  readonly deliveries: number;
  readonly scans: number;
}

/** Rows that a process wrote a moment ago are on their way to the queue. */
const settleSeconds = 10;
/** Jobs made again in one go; the next round takes the rest. */
const batchSize = 1_000;

/**
 * Makes jobs again from rows: the rows are the truth, the queue only delivers. Queueing what is queued already changes
 * nothing, so this may run as often as it likes.
 */
@Injectable()
export class RecoverLostWork {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
  ) {}

  async recover(now: Date): Promise<RecoveredWork> {
    const before = new Date(now.getTime() - settleSeconds * 1000);
    const deliveries = await this.database.delivery.findMany({
      where: { state: 'received', receivedAt: { lt: before } },
      orderBy: { receivedAt: 'asc' },
      select: { id: true },
      take: batchSize,
    });
    await this.queues.enqueueMany(
      'delivery.process',
      deliveries.map(({ id }) => ({ deliveryId: id })),
    );
    const scans = await this.database.scan.findMany({
      where: { state: { in: ['queued', 'running'] }, requestedAt: { lt: before } },
      orderBy: { requestedAt: 'asc' },
      select: { id: true },
      take: batchSize,
    });
    await this.queues.enqueueMany(
      'image.scan',
      scans.map(({ id }) => ({ scanId: id })),
    );
    await this.recoverRematch();
    await this.recoverNotifications(now);
    return { deliveries: deliveries.length, scans: scans.length };
  }

  private async recoverRematch(): Promise<void> {
    const dirty = await this.database.dirtyKey.findFirst({ select: { name: true } });
    if (dirty !== null) await this.queues.enqueue('rematch.run', {});
  }

  private async recoverNotifications(now: Date): Promise<void> {
    const waiting = await this.database.notification.findMany({
      where: {
        OR: [
          { state: 'pending', dueAt: { lte: now } },
          { state: 'sending', leaseUntil: { lt: now } },
        ],
      },
      distinct: ['channel'],
      select: { channel: true },
    });
    for (const { channel } of waiting) await this.queues.enqueue('notification.send', { channelId: channel });
  }
}
