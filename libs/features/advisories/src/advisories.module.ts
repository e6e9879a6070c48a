import { Module, type DynamicModule } from '@nestjs/common';
import { FeedSources } from './feed-sources';
import { RefreshSource } from './refresh-source';
import { Rematch } from './rematch';
import { SNAPSHOT_DIRECTORY } from './snapshot-directory';

@Module({})
export class AdvisoriesModule {
  static forRoot({ snapshotDirectory }: { snapshotDirectory: string }): DynamicModule {
    return {
      module: AdvisoriesModule,
      providers: [FeedSources, RefreshSource, Rematch, { provide: SNAPSHOT_DIRECTORY, useValue: snapshotDirectory }],
      exports: [FeedSources, RefreshSource, Rematch],
    };
  }
}
