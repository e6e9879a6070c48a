import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { WakeActuator } from '@tidewaiter/features/actuator';
import { RecoverCatalogue } from '@tidewaiter/features/catalogue';
import { hasDrift, isRenewalDue } from '@tidewaiter/features/matches';
import { pausedWork } from '@tidewaiter/features/scans';
import { Lane, lanes } from '@tidewaiter/contracts';
import { scanJob, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

export interface RecoveredWork {
  readonly deliveries: number;
  readonly scans: number;
}

/** Rows that a process wrote a moment ago are on their way to the queue. */
const settleSeconds = 10;
/** Jobs made again in one go; the next round goes on behind them. */
const batchSize = 1_000;

/**
 * Makes jobs again from rows: the rows are the truth, the queue only delivers. Queueing what is queued already changes
 * nothing, so this may run as often as it likes. Every round looks at the next rows and begins anew behind the last, so
 * that rows that wait for long, of a registry that does not answer, never hide others.
 */
@Injectable()
export class RecoverLostWork {
  private lastDelivery: string | undefined;
  private lastScan: string | undefined;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly recoverCatalogue: RecoverCatalogue,
    private readonly wakeActuator: WakeActuator,
  ) {}

  async recover(now: Date): Promise<RecoveredWork> {
    const before = new Date(now.getTime() - settleSeconds * 1000);
    const deliveries = await this.recoverDeliveries(before);
    const scans = await this.recoverScans(before);
    await this.recoverRematch();
    if (await hasDrift(this.database)) await this.queues.enqueue('images.rank', {});
    await this.recoverNotifications(now);
    await this.recoverCatalogue.recover();
    await this.wakeActuator.all(now);
    return { deliveries, scans };
  }

  private async recoverDeliveries(before: Date): Promise<number> {
    const rows = await this.database.delivery.findMany({
      where: { state: 'received', receivedAt: { lt: before }, ...behind(this.lastDelivery) },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: batchSize,
    });
    await this.queues.enqueueMany(
      'delivery.process',
      rows.map(({ id }) => ({ deliveryId: id })),
    );
    this.lastDelivery = lastOf(rows);
    return rows.length;
  }

  private async recoverScans(before: Date): Promise<number> {
    const { registryIds, lanes: pausedLanes } = await pausedWork(this.database);
    const isHeldBack = { repository: { registryId: { in: [...registryIds] } } };
    const rows = await this.database.scan.findMany({
      where: {
        OR: [{ state: 'running' }, { state: 'queued', lane: { notIn: [...pausedLanes] }, NOT: isHeldBack }],
        requestedAt: { lt: before },
        ...behind(this.lastScan),
      },
      orderBy: { id: 'asc' },
      select: { id: true, lane: true },
      take: batchSize,
    });
    for (const lane of lanes) {
      const inLane = rows.filter((row) => Lane.parse(row.lane) === lane);
      await this.queues.enqueueMany(
        scanJob(lane),
        inLane.map(({ id }) => ({ scanId: id })),
      );
    }
    this.lastScan = lastOf(rows);
    return rows.length;
  }

  /**
   * Keys of a run that is not over are not for judging yet. Packages whose keys older rules made are. An image that was deleted, or whose
   * scan ended with its worker, is counted by nobody else.
   */
  private async recoverRematch(): Promise<void> {
    const [due] = await this.database.$queryRaw<{ name: string }[]>`
      SELECT d.name FROM dirty_key d JOIN feed f ON f.id = d.cause->>'source' AND f.run >= (d.cause->>'run')::int LIMIT 1`;
    const uncounted = await this.database.unvouchedImage.count({ take: 1 });
    if (uncounted > 0 || due !== undefined || (await isRenewalDue(this.database)))
      await this.queues.enqueue('rematch.run', {});
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

interface Row {
  readonly id: string;
}

function behind(id: string | undefined) {
  return id === undefined ? {} : { id: { gt: id } };
}

/** Undefined at the end: the next round begins anew. */
function lastOf(rows: readonly Row[]): string | undefined {
  return rows.length < batchSize ? undefined : rows.at(-1)?.id;
}
