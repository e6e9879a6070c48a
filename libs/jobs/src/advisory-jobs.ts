import { Inject, Injectable } from '@nestjs/common';
import { RefreshSource, Rematch, TellRematch } from '@tidewaiter/features/advisories';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import type { JobHandlers, Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';

/** The jobs by which knowledge about vulnerabilities comes in and reaches the packages it is about. */
@Injectable()
export class AdvisoryJobs {
  readonly handlers: JobHandlers<'feeds' | 'rematch'> = {
    'feed.refresh': async ({ feedId }, { signal }) => {
      const outcome = await this.refreshSource.refresh(feedId, signal);
      if (outcome.state === 'changed') await this.queues.enqueue('rematch.run', {});
      return outcome;
    },
    'rematch.run': async (_payload, { signal }) => {
      const outcome = await this.rematch.drain(signal);
      const told = await this.tellRematch.tellFinished();
      if (told > 0)
        for (const channelId of this.channels.ids) await this.queues.enqueue('notification.send', { channelId });
      return outcome;
    },
  };

  constructor(
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly refreshSource: RefreshSource,
    private readonly rematch: Rematch,
    private readonly tellRematch: TellRematch,
    private readonly channels: NotificationChannels,
  ) {}
}
