import { Inject, Injectable } from '@nestjs/common';
import { Prisma, type Database } from '@tidewaiter/db';
import { configuredSource, type ConfiguredSource } from '@tidewaiter/feeds';
import { DATABASE } from '@tidewaiter/server';
import { enrichmentIds } from './enrichment/enrichment-feeds';
import { freeId, plainId } from './feed-id';

/**
 * The configured sources as rows. One of the feed and name of a source that is no longer configured, at another address, is
 * the same source, moved: its old records are compared with what is there.
 */
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
    const wantedKeys = new Set(wanted.map(({ feed, source }) => `${feed.id}=${source}`));
    const left = known.filter((row) => !wantedKeys.has(`${row.feed}=${row.source}`));
    const configured: string[] = [];
    for (const { feed, source } of wanted) {
      const key = `${feed.id}=${source}`;
      const moved = idBySource.has(key) ? undefined : takeMoved(left, { feed, source });
      const id = idBySource.get(key) ?? moved ?? freeId({ feed, source }, taken);
      configured.push(id);
      if (idBySource.has(key)) continue;
      idBySource.set(key, id);
      taken.add(id);
      await this.database.feedState.upsert({
        where: { id },
        create: { id, feed: feed.id, source, state: 'never', ecosystems: [] },
        // Another address has bytes of its own: what was seen at the old one says nothing about them.
        update: { source, fingerprint: Prisma.DbNull },
      });
    }
    return { configured: [...new Set(configured)], retired: [...taken].filter((id) => !configured.includes(id)) };
  }
}

interface KnownSource {
  readonly id: string;
  readonly feed: string;
}

/** Takes the one that was at another address before: of its name, or of a vendor whose records are in one place. */
function takeMoved(left: KnownSource[], { feed, source }: ConfiguredSource): string | undefined {
  const plain = plainId({ feed, source });
  const ofFeed = left.filter((row) => row.feed === feed.id);
  const found = ofFeed.find(({ id }) => id === plain) ?? (feed.speaksFor === undefined ? undefined : ofFeed[0]);
  if (found !== undefined) left.splice(left.indexOf(found), 1);
  return found?.id;
}
