import { Injectable } from '@nestjs/common';
import { EnrichmentFeeds, type WantedEnrichment } from './enrichment/enrichment-feeds';
import { FeedSources } from './feed-sources';

/** The planned refresh of a feed has this and the feed's id as its key. */
export const refreshRunPrefix = 'feed.refresh ';

/** Everything that is configured to be read, of either kind. */
@Injectable()
export class ConfiguredFeeds {
  constructor(
    private readonly advisories: FeedSources,
    private readonly enrichment: EnrichmentFeeds,
  ) {}

  /** Ids of the rows to refresh, and of those that nobody configures any more. */
  async sync({
    sources,
    enrichment,
  }: {
    readonly sources: readonly string[];
    readonly enrichment: readonly WantedEnrichment[];
  }): Promise<{ readonly configured: readonly string[]; readonly retired: readonly string[] }> {
    const both = [await this.advisories.sync(sources), await this.enrichment.sync(enrichment)];
    return {
      configured: both.flatMap(({ configured }) => configured),
      retired: both.flatMap(({ retired }) => retired),
    };
  }
}
