import { Inject, Injectable } from '@nestjs/common';
import { NOTIFIERS, type Notifier } from './notifier';

/** Where people are told, for those who put something into the outbox. None when nothing is configured. */
@Injectable()
export class NotificationChannels {
  readonly ids: readonly string[];

  constructor(@Inject(NOTIFIERS) notifiers: readonly Notifier[]) {
    this.ids = notifiers.map((notifier) => notifier.channel);
  }
}
