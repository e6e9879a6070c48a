import { Module, type DynamicModule } from '@nestjs/common';
import { apiInfo, ApiModule } from '@tidewaiter/api';
import {
  apiConfig,
  databaseConfig,
  httpConfig,
  knownBasesConfig,
  redisConfig,
  registriesConfig,
  rereadRegistries,
  type KnownBase,
  type RegistriesConfig,
} from '@tidewaiter/config';
import { ApiKeys } from '@tidewaiter/features/accounts';
import { RegistriesModule } from '@tidewaiter/features/registries';
import {
  coreModules,
  createHttpApp,
  mountOpenApi,
  readinessChecks,
  runProcess,
  type CoreOptions,
} from '@tidewaiter/server';

interface ApiProcessOptions extends CoreOptions {
  readonly registries: RegistriesConfig;
  readonly knownBases: readonly KnownBase[];
}

/** REST, OpenAPI and server-sent events. */
@Module({})
class ApiProcessModule {
  static forRoot(options: ApiProcessOptions): DynamicModule {
    return {
      module: ApiProcessModule,
      imports: [
        ...coreModules(options),
        RegistriesModule.forRoot({ ...options.registries, reread: rereadRegistries }),
        ApiModule.forRoot({ databaseUrl: options.database.url, knownBases: options.knownBases }),
      ],
    };
  }
}

const slices = {
  api: apiConfig,
  database: databaseConfig,
  redis: redisConfig,
  registries: registriesConfig,
  knownBases: knownBasesConfig,
  http: httpConfig.api,
};

await runProcess('api', slices, async (config, logger) => {
  const { api, database, redis, registries, http } = config;
  const core = { app: 'api', database, redis, logger };
  const module = ApiProcessModule.forRoot({ ...core, registries, knownBases: config.knownBases.bases });
  const app = await createHttpApp(module, { logger, checks: readinessChecks });
  const keys = app.nest.get(ApiKeys, { strict: false });
  if (api.key !== undefined) await keys.ensureConfiguredKey(api.key);
  else if (!(await keys.list()).some((key) => key.revokedAt === null)) {
    logger.warn('api closed to everybody', { reason: 'there is no API key yet; set TIDEWAITER_API_KEY' });
  }
  await mountOpenApi(app.nest, apiInfo);
  const { url } = await app.listen(http);
  logger.info('api ready', { url });
  return () => app.close();
});
