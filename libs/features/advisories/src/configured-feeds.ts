import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { EnrichmentFeeds, type WantedEnrichment } from './enrichment/enrichment-feeds';
import { FeedSources } from './feed-sources';
import { markRetired } from './retired-sources';

/** Everything that is configured to be read, of either kind. */
@Injectable()
export class ConfiguredFeeds {
  constructor(
    private readonly advisories: FeedSources,
    private readonly enrichment: EnrichmentFeeds,
    @Inject(DATABASE) private readonly database: Database,
  ) {}

  /**
   * Ids of the rows to refresh, and of those that nobody configures any more. `leaving`: of these, the ones whose word stands
   * until they are looked at once more.
   */
  async sync({
    sources,
    enrichment,
  }: {
    readonly sources: readonly string[];
    readonly enrichment: readonly WantedEnrichment[];
  }): Promise<{
    readonly configured: readonly string[];
    readonly retired: readonly string[];
    readonly leaving: readonly string[];
  }> {
    const both = [await this.advisories.sync(sources), await this.enrichment.sync(enrichment)];
    const synced = {
      configured: both.flatMap(({ configured }) => configured),
      retired: both.flatMap(({ retired }) => retired),
    };
    return { ...synced, leaving: await markRetired(this.database, synced) };
  }
}
