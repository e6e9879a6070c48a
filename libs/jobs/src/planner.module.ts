import { Module, type DynamicModule } from '@nestjs/common';
import { ActivityLog } from '@tidewaiter/features/activity';
import { FeedSourcesModule } from '@tidewaiter/features/advisories';
import { CatalogueRecoveryModule } from '@tidewaiter/features/catalogue';
import { Housekeeping } from './housekeeping';
import { Planner, PLANNER_OPTIONS, type PlannerOptions } from './planner';
import { RecoverLostWork } from './recover-lost-work';

/** What one process at a time does by the clock. */
@Module({})
export class PlannerModule {
  static forRoot(options: PlannerOptions): DynamicModule {
    return {
      module: PlannerModule,
      imports: [FeedSourcesModule, CatalogueRecoveryModule],
      providers: [RecoverLostWork, ActivityLog, Housekeeping, { provide: PLANNER_OPTIONS, useValue: options }, Planner],
    };
  }
}
