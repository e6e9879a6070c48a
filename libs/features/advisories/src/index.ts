export { AdvisoriesModule, FeedSourcesModule } from './advisories.module';
export { ConfiguredFeeds, refreshRunPrefix } from './configured-feeds';
export { EnrichmentFeeds } from './enrichment/enrichment-feeds';
export { FeedSources } from './feed-sources';
export { RefreshFeed } from './refresh-feed';
export { RefreshSource, type RefreshOutcome } from './refresh-source';
export { Rematch, type RematchOutcome } from './rematch';
export { TellFailing } from './tell-failing';
export { TellRematch } from './tell-rematch';
