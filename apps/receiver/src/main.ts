import { Module, type DynamicModule } from '@nestjs/common';
import {
  databaseConfig,
  httpConfig,
  redisConfig,
  registriesConfig,
  rereadRegistries,
  type RegistriesConfig,
} from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ReceiveDelivery, ReceptionModule, registerHookRoutes, startFetching } from '@tidewaiter/features/deliveries';
import { RegistriesModule, RegistryDirectory } from '@tidewaiter/features/registries';
import {
  coreModules,
  createHttpApp,
  DATABASE,
  readinessChecks,
  runProcess,
  type CoreOptions,
} from '@tidewaiter/server';

/** The public edge: authenticate, store, enqueue, answer. */
@Module({})
class ReceiverModule {
  static forRoot(options: CoreOptions & { readonly registries: RegistriesConfig }): DynamicModule {
    return {
      module: ReceiverModule,
      imports: [
        ...coreModules(options),
        RegistriesModule.forRoot({ ...options.registries, reread: rereadRegistries }),
        ReceptionModule,
      ],
    };
  }
}

const slices = {
  database: databaseConfig,
  redis: redisConfig,
  registries: registriesConfig,
  http: httpConfig.receiver,
};

await runProcess('receiver', slices, async (config, logger) => {
  const { database, redis, registries } = config;
  const module = ReceiverModule.forRoot({
    app: 'receiver',
    database,
    redis,
    logger,
    registries,
  });
  const app = await createHttpApp(module, { logger, checks: readinessChecks });
  const receiver = app.nest.get(ReceiveDelivery, { strict: false });
  await registerHookRoutes(app.server, receiver);
  const { url } = await app.listen(config.http);
  const stopFetching = await startFetching({
    ...{ directory: app.nest.get(RegistryDirectory, { strict: false }), receiver, logger },
    database: app.nest.get<Database>(DATABASE, { strict: false }),
  });
  logger.info('receiver ready', { url });
  return async () => {
    await stopFetching();
    await app.close();
  };
});
