import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { Rematch, TellRematch } from '@tidewaiter/features/advisories';
import type { JobHandlers } from '@tidewaiter/queue';
import { DATABASE } from '@tidewaiter/server';
import { SendNotifications } from './send-notifications';

/** The jobs by which new knowledge about vulnerabilities reaches the packages it is about. */
@Injectable()
export class RematchJobs {
  readonly handlers: JobHandlers<'rematch'> = {
    'rematch.run': async (_payload, { signal }) => {
      const outcome = await this.rematch.drain(signal);
      if (outcome.packages > 0) await recordActivity(this.database, 'rematch.finished', outcome);
      await this.notifications.send(await this.tellRematch.tellFinished());
      return outcome;
    },
  };

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly rematch: Rematch,
    private readonly tellRematch: TellRematch,
    private readonly notifications: SendNotifications,
  ) {}
}
