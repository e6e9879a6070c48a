import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { configuredSource } from '@tidewaiter/feeds';
import { DATABASE } from '@tidewaiter/server';
import { enrichmentIds } from './enrichment/enrichment-feeds';
import { freeId } from './feed-id';

/** The configured sources as rows. A source that is no longer configured keeps its records until somebody says otherwise. */
@Injectable()
export class FeedSources {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  /**
   * Ids of the configured sources in the order given, and of those that were configured once.
   * @throws UserError `feed-unknown`
   */
  async sync(sources: readonly string[]): Promise<{ configured: readonly string[]; retired: readonly string[] }> {
    const wanted = sources.map(configuredSource);
    const known = await this.database.feedState.findMany({
      where: { feed: { notIn: [...enrichmentIds] } },
      select: { id: true, feed: true, source: true },
    });
    const idBySource = new Map(known.map((row) => [`${row.feed}=${row.source}`, row.id]));
    const taken = new Set(known.map((row) => row.id));
    const configured: string[] = [];
    for (const { feed, source } of wanted) {
      const key = `${feed.id}=${source}`;
      const id = idBySource.get(key) ?? freeId({ feed, source }, taken);
      configured.push(id);
      if (idBySource.has(key)) continue;
      idBySource.set(key, id);
      taken.add(id);
      await this.database.feedState.upsert({
        where: { id },
        create: { id, feed: feed.id, source, state: 'never', ecosystems: [] },
        update: {},
      });
    }
    return { configured: [...new Set(configured)], retired: [...taken].filter((id) => !configured.includes(id)) };
  }
}
