import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { enqueueNotification, NotificationChannels } from '@tidewaiter/features/notifications';
import { DATABASE } from '@tidewaiter/server';
import { frozenReleases } from './stored-columns.schema';

/** What was frozen before was told of; that it was told is not kept for as long as a release stays frozen. */
const newForMs = 7 * 86_400_000;
/** Listed; beyond that a number says it. */
const listedReleases = 20;

/** Tells of releases that a source says nothing of any more, once: what images with these have learns of nothing new from then on. */
@Injectable()
export class TellFrozen {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly channels: NotificationChannels,
  ) {}

  /** Returns the number of new messages: one for all that ended by the same reading. */
  async tell(sourceId: string, now = new Date()): Promise<number> {
    const row = await this.database.feedState.findUnique({ where: { id: sourceId } });
    if (row === null || row.retiredAt !== null) return 0;
    const recent = frozenReleases(row.frozen).filter(({ since }) => now.getTime() - Date.parse(since) < newForMs);
    let told = 0;
    for (const [since, ended] of Map.groupBy(recent, (release) => release.since)) {
      const payload = {
        kind: 'feed-frozen' as const,
        feed: sourceId,
        since,
        releases: ended.slice(0, listedReleases).map(({ ecosystem }) => ecosystem),
        releaseCount: ended.length,
      };
      const subject = `feed ${sourceId} frozen since ${since}`;
      told += await this.database.$transaction(async (tx) => {
        let messages = 0;
        for (const channel of this.channels.ids)
          if (await enqueueNotification(tx, { channel, subject, payload, dueAt: now })) messages += 1;
        return messages;
      });
    }
    return told;
  }
}
