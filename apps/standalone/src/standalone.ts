import { join } from 'node:path';
import { apiInfo } from '@tidewaiter/api';
import {
  advisoriesConfig,
  dataDirConfig,
  httpConfig,
  knownBasesConfig,
  publicUrlConfig,
  redisConfig,
  registriesConfig,
  rereadRegistries,
  retentionConfig,
  slackConfig,
  workerConfig,
  type HttpConfig,
  type SliceValue,
} from '@tidewaiter/config';
import { migrate, migrationsDir, type Database } from '@tidewaiter/db';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { ApiKeys } from '@tidewaiter/features/accounts';
import { ReceiveDelivery, registerHookRoutes, startFetching } from '@tidewaiter/features/deliveries';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import type { Logger } from '@tidewaiter/kit';
import { migrateQueue, queueConnection } from '@tidewaiter/queue';
import { createHttpApp, DATABASE, mountOpenApi, readinessChecks, type HttpApp } from '@tidewaiter/server';
import { readyBlock } from './ready-block';
import { writeSampleAdvisories } from './sample-advisories';
import { seedSamples, startSampleRegistry, type SampleRegistry } from './sample-registry';
import { keepSecret, secretPath } from './secrets';
import { StandaloneModule } from './standalone.module';
import { Teardown } from './teardown';

export const standaloneSlices = {
  dataDir: dataDirConfig,
  http: httpConfig.standalone,
  registryHttp: httpConfig.acrEmulator,
  redis: redisConfig,
  registries: registriesConfig,
  knownBases: knownBasesConfig,
  retention: retentionConfig,
  advisories: advisoriesConfig,
  slack: slackConfig,
  publicUrl: publicUrlConfig,
  worker: workerConfig,
};

type StandaloneConfig = { readonly [K in keyof typeof standaloneSlices]: SliceValue<(typeof standaloneSlices)[K]> };

const apiKeyFile = 'api-key';

/** Starts everything on one machine; answers how to stop it. What was started before a failure is stopped again. */
export async function startStandalone(config: StandaloneConfig, logger: Logger): Promise<() => Promise<void>> {
  const teardown = new Teardown();
  try {
    await start(config, logger, teardown);
    return () => teardown.run();
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(config: StandaloneConfig, logger: Logger, teardown: Teardown): Promise<void> {
  const dataDir = config.dataDir.path;
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), logger });
  teardown.add(() => postgres.stop());
  const database = { url: postgres.url, poolSize: 10 };
  await migrate(database.url, migrationsDir(), logger);
  await migrateQueue(queueConnection({ redis: config.redis, database }));

  const isSampled = config.registries.registries.length === 0;
  const samples = isSampled ? await sampleRegistry(config, logger, teardown) : undefined;
  const registries = samples === undefined ? config.registries : { ...config.registries, registries: [samples.config] };
  const hasSampleAdvisories = config.advisories.sources.length === 0;
  const sources = hasSampleAdvisories ? [await writeSampleAdvisories(dataDir)] : config.advisories.sources;

  const module = StandaloneModule.forRoot({
    ...config,
    app: 'standalone',
    database,
    logger,
    registries,
    reread: isSampled ? undefined : rereadRegistries,
    knownBases: config.knownBases.bases,
    advisories: { ...config.advisories, sources },
    publicUrl: publicUrlOf(config),
    snapshotDirectory: join(dataDir, 'snapshots'),
  });
  const app = await createHttpApp(module, { logger, checks: readinessChecks });
  teardown.add(() => app.close());
  const receiver = app.nest.get(ReceiveDelivery, { strict: false });
  await registerHookRoutes(app.server, receiver);
  await mountOpenApi(app.nest, apiInfo);
  const { url } = await app.listen(config.http);
  await postgres.announce(url);
  teardown.add(
    await startFetching({
      ...{ directory: app.nest.get(RegistryDirectory, { strict: false }), receiver, logger },
      database: app.nest.get<Database>(DATABASE, { strict: false }),
    }),
  );

  const newKey = await firstKey(app, dataDir);
  if (samples !== undefined) await seed(samples, app, hasSampleAdvisories);
  process.stdout.write(
    `${readyBlock({
      url,
      dataDir,
      queue: config.redis.url === undefined ? 'PostgreSQL' : 'Redis',
      registries: registries.registries.map((registry) => registry.endpoint),
      sampleRegistry:
        samples === undefined
          ? undefined
          : {
              host: new URL(samples.emulator.url).host,
              username: samples.login.username,
              passwordFile: secretPath(dataDir, 'registry-password'),
            },
      advisorySources: sources,
      hasSampleAdvisories,
      slack: config.slack.webhookUrl !== undefined,
      keyFile: secretPath(dataDir, apiKeyFile),
      newKey,
    })}\n`,
  );
}

/** Links in alerts lead to where it listens, unless the operator said how people reach it. */
function publicUrlOf({ publicUrl, http }: StandaloneConfig): StandaloneConfig['publicUrl'] {
  if (publicUrl.isGiven || http.port === 0) return publicUrl;
  return { ...publicUrl, url: localUrl(http) };
}

async function sampleRegistry(config: StandaloneConfig, logger: Logger, teardown: Teardown): Promise<SampleRegistry> {
  const samples = await startSampleRegistry({
    dataDir: config.dataDir.path,
    listen: config.registryHttp,
    receiverUrl: localUrl(config.http),
    logger,
  });
  teardown.add(() => samples.emulator.close());
  return samples;
}

/** How this machine reaches what listens there. */
function localUrl({ host, port }: HttpConfig): string {
  return `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${String(port)}`;
}

/** The samples come after the sample advisories, so that their first verdict is the one people see. */
async function seed(samples: SampleRegistry, app: HttpApp, waitForAdvisories: boolean): Promise<void> {
  const database = app.nest.get<Database>(DATABASE);
  for (let waited = 0; waitForAdvisories && waited < 10_000; waited += 100) {
    if ((await database.feedState.count({ where: { state: 'never' } })) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await seedSamples(samples);
}

async function firstKey(app: HttpApp, dataDir: string): Promise<string | undefined> {
  const key = await app.nest.get(ApiKeys, { strict: false }).ensureFirstKey();
  if (key !== undefined) await keepSecret(dataDir, apiKeyFile, key);
  return key;
}
