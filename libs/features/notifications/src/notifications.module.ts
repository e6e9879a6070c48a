import { Module, type DynamicModule } from '@nestjs/common';
import type { PublicUrlConfig, SlackConfig } from '@tidewaiter/config';
import { DispatchNotifications } from './dispatch-notifications';
import { NotificationChannels } from './notification-channels';
import { NotificationsRepository } from './notifications.repository';
import { NOTIFIERS, type Notifier } from './notifier';
import { slackNotifier } from './slack/slack-notifier';

export interface NotificationsOptions {
  readonly slack: SlackConfig;
  readonly publicUrl: PublicUrlConfig;
}

@Module({})
export class NotificationsModule {
  static forRoot(options: NotificationsOptions): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      providers: [
        { provide: NOTIFIERS, useValue: notifiersOf(options) },
        NotificationsRepository,
        DispatchNotifications,
        NotificationChannels,
      ],
      exports: [DispatchNotifications, NotificationChannels],
    };
  }
}

function notifiersOf({ slack, publicUrl }: NotificationsOptions): readonly Notifier[] {
  const { webhookUrl, allowedHost } = slack;
  return webhookUrl === undefined ? [] : [slackNotifier({ webhookUrl, allowedHost, publicUrl: publicUrl.url })];
}
