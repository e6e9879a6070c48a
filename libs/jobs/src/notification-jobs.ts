import { Inject, Injectable } from '@nestjs/common';
import { DispatchNotifications } from '@tidewaiter/features/notifications';
import type { JobHandlers, Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';

@Injectable()
export class NotificationJobs {
  readonly handlers: JobHandlers<'notify'> = {
    'notification.send': async ({ channelId }, { signal, logger }) => {
      const outcome = await this.dispatch.drain(channelId, { signal, logger });
      if (outcome.nextAt !== undefined) {
        const delayMs = Math.max(0, outcome.nextAt.getTime() - Date.now());
        await this.queues.enqueue('notification.send', { channelId }, { delayMs });
      }
      return { sent: outcome.sent, deferred: outcome.deferred, failed: outcome.failed };
    },
  };

  constructor(
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly dispatch: DispatchNotifications,
  ) {}
}
