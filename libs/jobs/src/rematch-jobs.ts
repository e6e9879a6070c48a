import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { Rematch, TellRematch } from '@tidewaiter/features/advisories';
import { hasDrift, rankImages } from '@tidewaiter/features/matches';
import type { JobHandlers, Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { SendNotifications } from './send-notifications';

/** The jobs by which new knowledge about vulnerabilities reaches the packages it is about. */
@Injectable()
export class RematchJobs {
  readonly handlers: JobHandlers<'rematch'> = {
    'rematch.run': async (_payload, { signal }) => {
      const outcome = await this.rematch.drain(signal);
      if (outcome.packages > 0) await recordActivity(this.database, 'rematch.finished', outcome);
      await this.notifications.send(await this.tellRematch.tellFinished());
      // Behind all else, and by itself: nobody waits for it, and the next rematch does not either.
      if (await hasDrift(this.database)) await this.queues.enqueue('images.rank', {});
      return outcome;
    },
    'images.rank': async (_payload, { signal }) => ({ images: await rankImages(this.database, signal) }),
  };

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly rematch: Rematch,
    private readonly tellRematch: TellRematch,
    private readonly notifications: SendNotifications,
  ) {}
}
