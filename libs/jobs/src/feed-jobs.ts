import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { RefreshFeed, TellFailing, TellFrozen, type RefreshOutcome } from '@tidewaiter/features/advisories';
import { messageOf, OperationalError } from '@tidewaiter/kit';
import type { JobHandlers, Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { SendNotifications } from './send-notifications';

/** The jobs by which knowledge about vulnerabilities comes in. */
@Injectable()
export class FeedJobs {
  readonly handlers: JobHandlers<'feeds'> = {
    'feed.refresh': ({ feedId }, { signal }) => this.refresh(feedId, signal),
  };

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly refreshFeed: RefreshFeed,
    private readonly tellFailing: TellFailing,
    private readonly tellFrozen: TellFrozen,
    private readonly notifications: SendNotifications,
  ) {}

  private async refresh(feedId: string, signal: AbortSignal): Promise<RefreshOutcome> {
    try {
      const outcome = await this.refreshFeed.refresh(feedId, signal);
      if (outcome.state === 'changed') await this.queues.enqueue('rematch.run', {});
      const { state, records, changed, problems } = outcome;
      await recordActivity(this.database, 'feed.refreshed', {
        feed: feedId,
        outcome: state,
        records,
        changed,
        problems,
      });
      return outcome;
    } catch (error) {
      const message = messageOf(error).slice(0, 500);
      await recordActivity(this.database, 'feed.refreshed', { feed: feedId, outcome: 'failed', message });
      throw error;
    } finally {
      if (!isHandedBack(signal))
        await this.database.feedState.updateMany({ where: { id: feedId }, data: { lastEndedAt: new Date() } });
      const told = (await this.tellFailing.tell(feedId)) + (await this.tellFrozen.tell(feedId));
      await this.notifications.send(told);
    }
  }
}

/** The process stops, or another worker was given the job: it begins anew. That its time is up is an end. */
function isHandedBack({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof OperationalError && reason.code === 'job-timeout');
}
