import type { KnownBase, RegistryConfig } from '@tidewaiter/config';
import { Module, type DynamicModule } from '@nestjs/common';
import { openDatabase, type Database } from '@tidewaiter/db';
import { ApiKeys } from '@tidewaiter/features/accounts';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { coreModules, createHttpApp, mountOpenApi, type HttpApp } from '@tidewaiter/server';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { apiInfo } from '../api-info';
import { ApiModule } from '../api.module';

export interface StartedApi {
  readonly app: HttpApp;
  readonly database: Database;
  /** Secret of a key that may read. */
  readonly key: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  json(): unknown;
}

interface ApiOptions {
  readonly knownBases?: readonly KnownBase[];
  readonly registries?: readonly RegistryConfig[];
}

@Module({})
class SpecModule {
  static forRoot(url: string, { knownBases = [], registries = [] }: ApiOptions): DynamicModule {
    const database = { url, poolSize: 5 };
    return {
      module: SpecModule,
      imports: [
        ...coreModules({
          app: 'api spec',
          database,
          redis: { url: undefined, keyPrefix: 'spec' },
          logger: silentLogger,
        }),
        RegistriesModule.forRoot({ registries, secretKeys: [] }),
        ApiModule.forRoot({ databaseUrl: url, knownBases }),
      ],
    };
  }
}

/** The API on an empty database of its own. Every response is held to its documented schema. */
export async function startApi(options: ApiOptions = {}): Promise<StartedApi> {
  const testDatabase = await createMigratedDatabase();
  const { url } = testDatabase;
  await migrateQueue({ kind: 'postgres', url });
  const app = await createHttpApp(SpecModule.forRoot(url, options), { logger: silentLogger, checkResponses: true });
  await mountOpenApi(app.nest, apiInfo);
  await app.nest.init();
  await app.server.ready();
  const database = openDatabase({ url, applicationName: 'api spec fixture' });
  const { secret: key } = await app.nest.get(ApiKeys, { strict: false }).createKey('spec', ['read']);
  return {
    app,
    database,
    key,
    get: async (path, headers = {}) => {
      const response = await app.server.inject({
        method: 'GET',
        url: path,
        headers: { authorization: `Bearer ${key}`, ...headers },
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: response.body,
        json: () => response.json(),
      };
    },
    stop: async () => {
      await app.close();
      await database.$disconnect();
      await testDatabase.drop();
    },
  };
}
