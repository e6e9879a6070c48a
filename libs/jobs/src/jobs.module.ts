import { Module, type DynamicModule } from '@nestjs/common';
import { ActuatorModule } from '@tidewaiter/features/actuator';
import { AdvisoriesModule } from '@tidewaiter/features/advisories';
import { CatalogueModule } from '@tidewaiter/features/catalogue';
import { DeliveriesModule } from '@tidewaiter/features/deliveries';
import { ScansModule } from '@tidewaiter/features/scans';
import type { JobHandlers } from '@tidewaiter/queue';
import { ActuatorJobs } from './actuator-jobs';
import { FeedJobs } from './feed-jobs';
import { JOB_HANDLERS, JOB_RUNNER_OPTIONS, JobRunner, type JobRunnerOptions } from './job-runner';
import { NotificationJobs } from './notification-jobs';
import { RegistryJobs } from './registry-jobs';
import { RematchJobs } from './rematch-jobs';
import { SendNotifications } from './send-notifications';

export interface JobsOptions extends JobRunnerOptions {
  readonly snapshotDirectory: string;
  /** Where people reach the API; without a slash at its end. */
  readonly publicUrl: string;
}

/** Everything a worker carries out. */
@Module({})
export class JobsModule {
  static forRoot(options: JobsOptions): DynamicModule {
    const { snapshotDirectory, publicUrl, ...runner } = options;
    const { scanLimits, attachedVex, attachedVexBelieved, maxShrinkPercent, stallSeconds, alertMinutes, keyFiles } =
      options.worker;
    return {
      module: JobsModule,
      imports: [
        ActuatorModule.forRoot({ publicUrl }),
        CatalogueModule,
        DeliveriesModule,
        ScansModule.forRoot({
          limits: scanLimits ?? [],
          attachedVex: { isRead: attachedVex === 'shown', believed: attachedVexBelieved ?? [] },
        }),
        AdvisoriesModule.forRoot({
          snapshotDirectory,
          maxShrinkPercent,
          stallMs: stallSeconds * 1_000,
          keyFiles: keyFiles ?? [],
          alertAfterMs: alertMinutes * 60_000,
        }),
      ],
      providers: [
        RegistryJobs,
        FeedJobs,
        RematchJobs,
        NotificationJobs,
        ActuatorJobs,
        SendNotifications,
        { provide: JOB_RUNNER_OPTIONS, useValue: runner },
        {
          provide: JOB_HANDLERS,
          inject: [RegistryJobs, FeedJobs, RematchJobs, NotificationJobs, ActuatorJobs],
          useFactory: handlersOf,
        },
        JobRunner,
      ],
      exports: [JobRunner],
    };
  }
}

type HandlersOf = readonly [RegistryJobs, FeedJobs, RematchJobs, NotificationJobs, ActuatorJobs];

/** A job without a handler does not compile. */
function handlersOf(...[registry, feeds, rematch, notifications, actuator]: HandlersOf): JobHandlers {
  return {
    ...registry.handlers,
    ...feeds.handlers,
    ...rematch.handlers,
    ...notifications.handlers,
    ...actuator.handlers,
  };
}
