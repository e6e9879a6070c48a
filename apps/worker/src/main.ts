import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import {
  databaseConfig,
  dataDirConfig,
  httpConfig,
  publicUrlConfig,
  redisConfig,
  registriesConfig,
  rereadRegistries,
  slackConfig,
  workerConfig,
  type PublicUrlConfig,
  type RegistriesConfig,
  type SlackConfig,
  type WorkerConfig,
} from '@tidewaiter/config';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { JobsModule } from '@tidewaiter/jobs';
import { queueConnection } from '@tidewaiter/queue';
import { coreModules, createHttpApp, readinessChecks, runProcess, type CoreOptions } from '@tidewaiter/server';

interface WorkerOptions extends CoreOptions {
  readonly registries: RegistriesConfig;
  readonly slack: SlackConfig;
  readonly publicUrl: PublicUrlConfig;
  readonly worker: WorkerConfig;
  readonly snapshotDirectory: string;
}

/** Carries out jobs; WORKER_QUEUES says which. */
@Module({})
class WorkerModule {
  static forRoot(options: WorkerOptions): DynamicModule {
    const { registries, slack, publicUrl, worker, snapshotDirectory } = options;
    return {
      module: WorkerModule,
      imports: [
        ...coreModules(options),
        RegistriesModule.forRoot({ ...registries, reread: rereadRegistries }),
        NotificationsModule.forRoot({ slack, publicUrl }),
        JobsModule.forRoot({
          connection: queueConnection(options),
          worker,
          snapshotDirectory,
          publicUrl: publicUrl.url,
        }),
      ],
    };
  }
}

const slices = {
  database: databaseConfig,
  redis: redisConfig,
  registries: registriesConfig,
  slack: slackConfig,
  publicUrl: publicUrlConfig,
  worker: workerConfig,
  dataDir: dataDirConfig,
  http: httpConfig.worker,
};

await runProcess('worker', slices, async (config, logger) => {
  const module = WorkerModule.forRoot({
    ...config,
    app: 'worker',
    logger,
    snapshotDirectory: join(config.dataDir.path, 'snapshots'),
  });
  const app = await createHttpApp(module, { logger, checks: readinessChecks });
  const { url } = await app.listen(config.http);
  logger.info('worker ready', { url, queues: config.worker.queues });
  return () => app.close();
});
