import { Inject, Injectable } from '@nestjs/common';
import { ActivityLog } from '@tidewaiter/features/activity';
import { CollectUnreferenced } from '@tidewaiter/features/scans';
import type { Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';

/** Events are for following what happens; the rows they tell of stay. */
const keepEventsDays = 7;

/** Days that an inventory is kept which no registry has an image of. */
export const INVENTORY_DAYS = Symbol('InventoryDays');

/** Deletes what nobody asks for any more. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly activityLog: ActivityLog,
    private readonly unreferenced: CollectUnreferenced,
    @Inject(INVENTORY_DAYS) private readonly inventoryDays: number,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async tidy(): Promise<void> {
    const events = await this.activityLog.deleteOlderThan(keepEventsDays);
    if (events > 0) this.logger.info('old events deleted', { events });
    const { images, parts, layers } = await this.unreferenced.collect(this.inventoryDays);
    if (images + parts + layers > 0) this.logger.info('old inventories deleted', { images, parts, layers });
  }
}
