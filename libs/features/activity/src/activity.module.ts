import { Module, type DynamicModule } from '@nestjs/common';
import { ActivityController } from './activity.controller';
import { ActivityLog } from './activity-log';
import { ACTIVITY_STREAM_OPTIONS, ActivityStream, type ActivityStreamOptions } from './activity-stream';

/** Tells what is recorded. Recording needs no module: `recordActivity`. */
@Module({ providers: [ActivityLog], exports: [ActivityLog] })
export class ActivityModule {
  /** With the event stream of the API. */
  static withStream(options: ActivityStreamOptions): DynamicModule {
    return {
      module: ActivityModule,
      controllers: [ActivityController],
      providers: [{ provide: ACTIVITY_STREAM_OPTIONS, useValue: options }, ActivityStream],
    };
  }
}
