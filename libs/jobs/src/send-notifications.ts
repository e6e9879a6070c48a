import { Inject, Injectable } from '@nestjs/common';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import type { Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';

/** Has new messages sent at once, instead of when the planner next looks for what is due. */
@Injectable()
export class SendNotifications {
  constructor(
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly channels: NotificationChannels,
  ) {}

  async send(newMessages: number): Promise<void> {
    if (newMessages === 0) return;
    for (const channelId of this.channels.ids) await this.queues.enqueue('notification.send', { channelId });
  }
}
