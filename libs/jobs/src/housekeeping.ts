import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ActivityLog } from '@tidewaiter/features/activity';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { LOGGER } from '@tidewaiter/server';

/** Events are for following what happens; the rows they tell of stay. */
const keepEventsDays = 7;
const everyMs = 6 * 3_600_000;

/** Deletes what nobody asks for any more. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly activityLog: ActivityLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      void this.tidy();
    }, everyMs);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async tidy(): Promise<void> {
    try {
      const events = await this.activityLog.deleteOlderThan(keepEventsDays);
      if (events > 0) this.logger.info('old events deleted', { events });
    } catch (error) {
      // Old rows do no harm until the next round.
      this.logger.warn('housekeeping failed', { reason: messageOf(error) });
    }
  }
}
