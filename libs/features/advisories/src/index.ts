export { AdvisoriesModule, FeedSourcesModule } from './advisories.module';
export { FeedSources } from './feed-sources';
export { RefreshSource, type RefreshOutcome } from './refresh-source';
export { Rematch, type RematchOutcome } from './rematch';
export { TellRematch } from './tell-rematch';
