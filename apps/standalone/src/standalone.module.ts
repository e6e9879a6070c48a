import { Module, type DynamicModule } from '@nestjs/common';
import type {
  AdvisoriesConfig,
  KnownBase,
  PublicUrlConfig,
  RegistriesConfig,
  RegistryConfig,
  RetentionConfig,
  SlackConfig,
  WorkerConfig,
} from '@tidewaiter/config';
import { ApiModule } from '@tidewaiter/api';
import { ReceptionModule } from '@tidewaiter/features/deliveries';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { JobsModule, PlannerModule } from '@tidewaiter/jobs';
import { queueConnection } from '@tidewaiter/queue';
import { coreModules, type CoreOptions } from '@tidewaiter/server';

export interface StandaloneOptions extends CoreOptions {
  readonly registries: RegistriesConfig;
  readonly knownBases: readonly KnownBase[];
  readonly retention: RetentionConfig;
  readonly advisories: AdvisoriesConfig;
  readonly slack: SlackConfig;
  readonly publicUrl: PublicUrlConfig;
  readonly worker: WorkerConfig;
  readonly snapshotDirectory: string;
  readonly reread: (() => readonly RegistryConfig[]) | undefined;
}

/** All roles in one process. */
@Module({})
export class StandaloneModule {
  static forRoot(options: StandaloneOptions): DynamicModule {
    const { database, registries, advisories, slack, publicUrl, worker, snapshotDirectory } = options;
    return {
      module: StandaloneModule,
      imports: [
        ...coreModules(options),
        RegistriesModule.forRoot({ ...registries, reread: options.reread }),
        NotificationsModule.forRoot({ slack, publicUrl }),
        ReceptionModule,
        ApiModule.forRoot({ databaseUrl: database.url, knownBases: options.knownBases }),
        JobsModule.forRoot({
          connection: queueConnection(options),
          worker,
          snapshotDirectory,
          publicUrl: publicUrl.url,
        }),
        PlannerModule.forRoot({ ...advisories, ...options.retention }),
      ],
    };
  }
}
