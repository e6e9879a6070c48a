import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { RefreshFeed, Rematch, TellFailing, TellRematch, type RefreshOutcome } from '@tidewaiter/features/advisories';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import { messageOf } from '@tidewaiter/kit';
import type { JobHandlers, Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

/** The jobs by which knowledge about vulnerabilities comes in and reaches the packages it is about. */
@Injectable()
export class AdvisoryJobs {
  readonly handlers: JobHandlers<'feeds' | 'rematch'> = {
    'feed.refresh': ({ feedId }, { signal }) => this.refresh(feedId, signal),
    'rematch.run': async (_payload, { signal }) => {
      const outcome = await this.rematch.drain(signal);
      if (outcome.packages > 0) await recordActivity(this.database, 'rematch.finished', outcome);
      await this.send(await this.tellRematch.tellFinished());
      return outcome;
    },
  };

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly refreshFeed: RefreshFeed,
    private readonly rematch: Rematch,
    private readonly tellRematch: TellRematch,
    private readonly tellFailing: TellFailing,
    private readonly channels: NotificationChannels,
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
      await this.send(await this.tellFailing.tell(feedId));
    }
  }

  private async send(newMessages: number): Promise<void> {
    if (newMessages === 0) return;
    for (const channelId of this.channels.ids) await this.queues.enqueue('notification.send', { channelId });
  }
}
