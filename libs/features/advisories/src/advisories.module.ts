import { Module, type DynamicModule } from '@nestjs/common';
import { MatchesModule } from '@tidewaiter/features/matches';
import { ConfiguredFeeds } from './configured-feeds';
import { EnrichmentFeeds } from './enrichment/enrichment-feeds';
import { RefreshEnrichment } from './enrichment/refresh-enrichment';
import { FeedSources } from './feed-sources';
import { READING_OPTIONS, type ReadingOptions } from './reading-options';
import { RefreshFeed } from './refresh-feed';
import { RefreshSource } from './refresh-source';
import { Rematch } from './rematch';
import { FAILING_OPTIONS, TellFailing, type FailingOptions } from './tell-failing';
import { TellFrozen } from './tell-frozen';
import { TellRematch } from './tell-rematch';

/** Which sources there are: what the planner needs. */
@Module({ providers: [FeedSources, EnrichmentFeeds, ConfiguredFeeds], exports: [ConfiguredFeeds] })
export class FeedSourcesModule {}

/** Reading them and judging again: what a worker needs. */
@Module({})
export class AdvisoriesModule {
  static forRoot(options: ReadingOptions & FailingOptions): DynamicModule {
    return {
      module: AdvisoriesModule,
      imports: [MatchesModule],
      providers: [
        RefreshSource,
        RefreshEnrichment,
        RefreshFeed,
        Rematch,
        TellRematch,
        TellFailing,
        TellFrozen,
        { provide: READING_OPTIONS, useValue: options },
        { provide: FAILING_OPTIONS, useValue: options },
      ],
      exports: [RefreshFeed, Rematch, TellRematch, TellFailing, TellFrozen],
    };
  }
}
