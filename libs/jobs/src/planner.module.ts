import { Module, type DynamicModule } from '@nestjs/common';
import { ActivityLog } from '@tidewaiter/features/activity';
import { DecideAgain, WakeActuator } from '@tidewaiter/features/actuator';
import { FeedSourcesModule } from '@tidewaiter/features/advisories';
import { CatalogueRecoveryModule } from '@tidewaiter/features/catalogue';
import { History } from '@tidewaiter/features/matches';
import { CollectUnreferenced, RequestRereading, RequestScan } from '@tidewaiter/features/scans';
import { Housekeeping, RETENTION } from './housekeeping';
import { PLANNER_OPTIONS, PlannedWork, type PlannerOptions } from './planned-work';
import { Planner } from './planner';
import { RecoverLostWork } from './recover-lost-work';
import { Upkeep } from './upkeep';

/** What one process at a time does by the clock. */
@Module({})
export class PlannerModule {
  static forRoot(options: PlannerOptions): DynamicModule {
    return {
      module: PlannerModule,
      imports: [FeedSourcesModule, CatalogueRecoveryModule],
      providers: [
        RecoverLostWork,
        DecideAgain,
        WakeActuator,
        RequestScan,
        RequestRereading,
        ActivityLog,
        CollectUnreferenced,
        History,
        { provide: RETENTION, useValue: options },
        Housekeeping,
        { provide: PLANNER_OPTIONS, useValue: options },
        Upkeep,
        PlannedWork,
        Planner,
      ],
    };
  }
}
