import { Injectable } from '@nestjs/common';
import { DispatchNotifications } from '@tidewaiter/features/notifications';
import type { JobHandlers } from '@tidewaiter/queue';

@Injectable()
export class NotificationJobs {
  readonly handlers: JobHandlers<'notify'> = {
    // What is due later is not queued with a delay: that job would stand in for one that is wanted at once. The planner
    // looks for messages that have become due.
    'notification.send': async ({ channelId }, { signal, logger }) => {
      const { sent, deferred, failed } = await this.dispatch.drain(channelId, { signal, logger });
      return { sent, deferred, failed };
    },
  };

  constructor(private readonly dispatch: DispatchNotifications) {}
}
