import { Module, type DynamicModule } from '@nestjs/common';
import {
  advisoriesConfig,
  databaseConfig,
  httpConfig,
  redisConfig,
  registriesConfig,
  rereadRegistries,
  retentionConfig,
  type AdvisoriesConfig,
  type RegistriesConfig,
  type RetentionConfig,
} from '@tidewaiter/config';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { PlannerModule } from '@tidewaiter/jobs';
import { coreModules, createHttpApp, readinessChecks, runProcess, type CoreOptions } from '@tidewaiter/server';

interface SchedulerOptions extends CoreOptions {
  readonly registries: RegistriesConfig;
  readonly advisories: AdvisoriesConfig;
  readonly retention: RetentionConfig;
}

/** What happens by the clock. With several replicas one leads, and another takes over within seconds when that is gone. */
@Module({})
class SchedulerModule {
  static forRoot(options: SchedulerOptions): DynamicModule {
    return {
      module: SchedulerModule,
      imports: [
        ...coreModules(options),
        RegistriesModule.forRoot({ ...options.registries, reread: rereadRegistries }),
        PlannerModule.forRoot({ ...options.advisories, ...options.retention }),
      ],
    };
  }
}

const slices = {
  database: databaseConfig,
  redis: redisConfig,
  registries: registriesConfig,
  advisories: advisoriesConfig,
  retention: retentionConfig,
  http: httpConfig.scheduler,
};

await runProcess('scheduler', slices, async (config, logger) => {
  const { database, redis, registries, advisories, retention } = config;
  const core = { app: 'scheduler', database, redis, logger };
  const module = SchedulerModule.forRoot({ ...core, registries, advisories, retention });
  const app = await createHttpApp(module, { logger, checks: readinessChecks });
  const { url } = await app.listen(config.http);
  logger.info('scheduler ready', { url });
  return () => app.close();
});
