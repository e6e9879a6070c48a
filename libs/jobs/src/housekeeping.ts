import { Inject, Injectable } from '@nestjs/common';
import type { RetentionConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ActivityLog } from '@tidewaiter/features/activity';
import { deleteAbsences, deleteObservations, deleteWalks } from '@tidewaiter/features/catalogue';
import { deleteDeliveries } from '@tidewaiter/features/deliveries';
import { History } from '@tidewaiter/features/matches';
import { deleteNotifications } from '@tidewaiter/features/notifications';
import { CollectUnreferenced, deleteScans } from '@tidewaiter/features/scans';
import type { Logger } from '@tidewaiter/kit';
import { DATABASE, LOGGER } from '@tidewaiter/server';

/** Events are for following what happens; the rows they tell of stay. */
const keepEventsDays = 7;
const dayMs = 86_400_000;

/** How many days each is kept. */
export const RETENTION = Symbol('Retention');

/** Deletes what nobody asks for any more. */
@Injectable()
export class Housekeeping {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly activityLog: ActivityLog,
    private readonly unreferenced: CollectUnreferenced,
    private readonly history: History,
    @Inject(RETENTION) private readonly retention: RetentionConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async tidy(now: Date): Promise<void> {
    const { inventoryDays, historyDays, deliveryDays } = this.retention;
    const events = await this.activityLog.deleteOlderThan(keepEventsDays);
    if (events > 0) this.logger.info('old events deleted', { events });
    const { images, parts, layers } = await this.unreferenced.collect(inventoryDays);
    if (images + parts + layers > 0) this.logger.info('old inventories deleted', { images, parts, layers });
    const { months, matches } = await this.history.deleteOlderThan(historyDays, now);
    if (months + matches > 0) this.logger.info('old history deleted', { months, matches });
    await this.deletePast({ before: daysBefore(now, historyDays), deliveriesBefore: daysBefore(now, deliveryDays) });
  }

  /** What went on once. Of each thing the newest row stays: it is what is known of it. */
  private async deletePast({ before, deliveriesBefore }: { before: Date; deliveriesBefore: Date }): Promise<void> {
    const deleted = {
      deliveries: await deleteDeliveries(this.database, deliveriesBefore),
      scans: await deleteScans(this.database, before),
      walks: await deleteWalks(this.database, before),
      observations: await deleteObservations(this.database, before),
      absences: await deleteAbsences(this.database, before),
      notifications: await deleteNotifications(this.database, before),
    };
    if (Object.values(deleted).some((count) => count > 0)) this.logger.info('old work deleted', deleted);
  }
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs);
}
