import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileRuns, RecoverCatalogue, WantScans } from '@tidewaiter/features/catalogue';
import { openDatabase } from '@tidewaiter/db';
import { ConfiguredFeeds, EnrichmentFeeds, FeedSources } from '@tidewaiter/features/advisories';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { createQueues, migrateQueue, startWorkers } from '@tidewaiter/queue';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { Planner } from './planner';
import { RecoverLostWork } from './recover-lost-work';

const registry = {
  name: 'test',
  kind: 'acr',
  endpoint: 'http://test.registry.test',
  credentials: { kind: 'anonymous' },
  webhookSecret: undefined,
  allowInsecure: true,
} as const;

describe('the planner', () => {
  it('schedules what is configured, and unschedules what no longer is', async () => {
    const { url, drop } = await createMigratedDatabase();
    const database = openDatabase({ url, applicationName: 'planner spec' });
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const queues = createQueues(connection);
    const refreshed = new Set<string>();
    const workers = startWorkers({
      connection,
      queues: ['feeds'],
      handlers: {
        'feed.refresh': ({ feedId }) => Promise.resolve(void refreshed.add(feedId)),
      },
      concurrency: 1,
      logger: silentLogger,
    });
    const plan = async (
      sources: readonly string[],
      registries: readonly (typeof registry)[],
      enrichment: readonly { id: string; source: undefined }[] = [],
    ) => {
      const directory = new RegistryDirectory(database);
      await directory.configure(registries);
      const recovery = new RecoverLostWork(
        database,
        queues,
        new RecoverCatalogue(queues, new ReconcileRuns(database), new WantScans(database, queues)),
      );
      const options = { sources, enrichment, refreshIntervalMs: 200 };
      const feeds = new ConfiguredFeeds(new FeedSources(database), new EnrichmentFeeds(database));
      const planner = new Planner(options, queues, silentLogger, feeds, directory, recovery);
      await planner.onApplicationBootstrap();
      await planner.onModuleDestroy();
      await sleep(1_000);
      refreshed.clear();
      await sleep(1_500);
      return [...refreshed].sort();
    };
    expect(
      await plan(['/srv/npm.zip', '/srv/debian.zip', '/srv/npm.zip'], [registry], [{ id: 'kev', source: undefined }]),
    ).toEqual(['kev', 'osv:debian', 'osv:npm']);
    expect((await queues.counts()).reconcile).toMatchObject({ waiting: 1 });
    expect(await plan(['/srv/npm.zip'], [])).toEqual(['osv:npm']);
    await workers.close();
    await queues.close();
    await database.$disconnect();
    await drop();
  }, 60_000);
});
