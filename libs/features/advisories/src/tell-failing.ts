import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { enqueueNotification, NotificationChannels } from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';

/** How long a source may fail before people are told. */
export interface FailingOptions {
  readonly alertAfterMs: number;
}

export const FAILING_OPTIONS = Symbol('FailingOptions');

/**
 * Tells of a source that could not be read for too long, once until it can be read again: what is not known of an image
 * since then looks like nothing to say of it.
 */
@Injectable()
export class TellFailing {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(FAILING_OPTIONS) private readonly options: FailingOptions,
    private readonly channels: NotificationChannels,
  ) {}

  /** Returns the number of new messages. */
  async tell(sourceId: string, now = new Date()): Promise<number> {
    const row = await this.database.feedState.findUnique({ where: { id: sourceId } });
    if (row?.state !== 'failing') return 0;
    const since = row.lastSuccessAt ?? row.createdAt;
    if (now.getTime() - since.getTime() < this.options.alertAfterMs) return 0;
    const payload = {
      kind: 'feed-failing' as const,
      feed: sourceId,
      since: since.toISOString(),
      records: row.records,
      ...(row.lastError === null ? {} : { reason: row.lastError }),
    };
    const subject = `feed ${sourceId} failing since ${payload.since}`;
    return this.database.$transaction(async (tx) => {
      let told = 0;
      for (const channel of this.channels.ids) {
        if (await enqueueNotification(tx, { channel, subject, payload, dueAt: now })) told += 1;
      }
      return told;
    });
  }
}
