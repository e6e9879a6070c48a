import { Inject, Injectable } from '@nestjs/common';
import { ActivityLog } from '@tidewaiter/features/activity';
import type { Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';

/** Events are for following what happens; the rows they tell of stay. */
const keepEventsDays = 7;

/** Deletes what nobody asks for any more. */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly activityLog: ActivityLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async tidy(): Promise<void> {
    const events = await this.activityLog.deleteOlderThan(keepEventsDays);
    if (events > 0) this.logger.info('old events deleted', { events });
  }
}
