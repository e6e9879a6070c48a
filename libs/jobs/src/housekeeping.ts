import { Inject, Injectable } from '@nestjs/common';
import type { RetentionConfig } from '@tidewaiter/config';
import { ActivityLog } from '@tidewaiter/features/activity';
import { DeleteDeliveries } from '@tidewaiter/features/deliveries';
import { History } from '@tidewaiter/features/matches';
import { CollectUnreferenced } from '@tidewaiter/features/scans';
import type { Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';

/** Events are for following what happens; the rows they tell of stay. */
const keepEventsDays = 7;

/** How many days each is kept. */
export const RETENTION = Symbol('Retention');

/** Deletes what nobody asks for any more. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly activityLog: ActivityLog,
    private readonly unreferenced: CollectUnreferenced,
    private readonly history: History,
    private readonly deliveries: DeleteDeliveries,
    @Inject(RETENTION) private readonly retention: RetentionConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async tidy(now: Date): Promise<void> {
    const { inventoryDays, historyDays, deliveryDays } = this.retention;
    const events = await this.activityLog.deleteOlderThan(keepEventsDays);
    if (events > 0) this.logger.info('old events deleted', { events });
    const { images, parts, layers } = await this.unreferenced.collect(inventoryDays);
    if (images + parts + layers > 0) this.logger.info('old inventories deleted', { images, parts, layers });
    const deliveries = await this.deliveries.olderThan(deliveryDays);
    if (deliveries > 0) this.logger.info('old deliveries deleted', { deliveries });
    const { months, matches } = await this.history.deleteOlderThan(historyDays, now);
    if (months + matches > 0) this.logger.info('old history deleted', { months, matches });
  }
}
