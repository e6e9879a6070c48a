import { setTimeout as sleep } from 'node:timers/promises';
import { DecideAgain, WakeActuator } from '@tidewaiter/features/actuator';
import { ActivityLog } from '@tidewaiter/features/activity';
import {
  ConfiguredFeeds,
  EnrichmentFeeds,
  FeedSources,
  RefreshEnrichment,
  RefreshFeed,
  RefreshSource,
  TellFailing,
  TellFrozen,
} from '@tidewaiter/features/advisories';
import { ReconcileRuns, RecoverCatalogue, WantScans } from '@tidewaiter/features/catalogue';
import { openDatabase, type Database } from '@tidewaiter/db';
import { History } from '@tidewaiter/features/matches';
import { NotificationChannels } from '@tidewaiter/features/notifications';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { CollectUnreferenced, RequestRereading, RequestScan } from '@tidewaiter/features/scans';
import { OperationalError, silentLogger } from '@tidewaiter/kit';
import { createQueues, migrateQueue, type Queues } from '@tidewaiter/queue';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { FeedJobs } from './feed-jobs';
import { Housekeeping } from './housekeeping';
import { PlannedWork } from './planned-work';
import { Planner } from './planner';
import { RecoverLostWork } from './recover-lost-work';
import { SendNotifications } from './send-notifications';
import { Upkeep } from './upkeep';

const registry = {
  name: 'test',
  kind: 'acr',
  endpoint: 'http://test.registry.test',
  credentials: { kind: 'anonymous' },
  webhookSecret: undefined,
  allowInsecure: true,
} as const;
const retention = { inventoryDays: 30, historyDays: 400, deliveryDays: 90 };
const times = { lookEveryMs: 50, leaseMs: 700 };

let database: Database;
let queues: Queues;
let drop: () => Promise<void>;
const running: Planner[] = [];

beforeAll(async () => {
  const created = await createMigratedDatabase();
  drop = created.drop;
  database = openDatabase({ url: created.url, applicationName: 'planner spec' });
  const connection = { kind: 'postgres', url: created.url } as const;
  await migrateQueue(connection);
  queues = createQueues(connection);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((planner) => planner.onModuleDestroy()));
  await database.scheduleRun.deleteMany();
});

afterAll(async () => {
  await queues.close();
  await database.$disconnect();
  await drop();
});

/** One of the processes that could do it. */
async function planner(sources: readonly string[], registries: readonly (typeof registry)[] = []): Promise<Planner> {
  const directory = new RegistryDirectory(database);
  await directory.configure(registries);
  const history = new History(database);
  const upkeep = new Upkeep(
    new RecoverLostWork(
      database,
      queues,
      new RecoverCatalogue(queues, new ReconcileRuns(database), new WantScans(database, queues)),
      new WakeActuator(database, queues, directory, new DecideAgain(database)),
    ),
    new RequestRereading(database, new RequestScan(database, queues)),
    new Housekeeping(
      database,
      new ActivityLog(database),
      new CollectUnreferenced(database),
      history,
      retention,
      silentLogger,
    ),
    history,
  );
  const feeds = new ConfiguredFeeds(new FeedSources(database), new EnrichmentFeeds(database), database);
  const options = { sources, enrichment: [], refreshIntervalMs: 3_600_000, ...retention };
  const started = new Planner(
    database,
    silentLogger,
    new PlannedWork(options, database, queues, feeds, directory, upkeep),
  );
  await started.start(times);
  running.push(started);
  return started;
}

function feedJobs(): FeedJobs {
  const options = { snapshotDirectory: '/srv/snapshots', maxShrinkPercent: 20 };
  const channels = new NotificationChannels([]);
  return new FeedJobs(
    database,
    queues,
    new RefreshFeed(new RefreshSource(database, options), new RefreshEnrichment(database, options)),
    new TellFailing(database, { alertAfterMs: 3_600_000 }, channels),
    new TellFrozen(database, channels),
    new SendNotifications(queues, channels),
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 25) {
    if (await holds()) return;
    await sleep(25);
  }
  throw new Error(`waited in vain until ${what}`);
}

async function done(): Promise<readonly string[]> {
  const rows = await database.scheduleRun.findMany({ orderBy: { key: 'asc' } });
  return rows.map((row) => row.key);
}

const upkeepKeys = ['history months', 'read again', 'recover lost refreshes', 'recover lost work', 'retention'];

describe('the planner', () => {
  it('does what is configured, once, and looks once more at what no longer is', async () => {
    const first = await planner(['/srv/npm.zip', '/srv/debian.zip'], [registry]);
    const { id } = await database.registry.findFirstOrThrow();
    const keys = ['feed.refresh osv:debian', 'feed.refresh osv:npm', ...upkeepKeys, `registry.reconcile ${id}`];
    await until('all was done', async () => (await done()).length === keys.length);
    expect(await done()).toEqual([...keys].sort());
    expect((await queues.counts()).feeds.waiting).toBe(2);
    expect(await queues.stateOf('registry.reconcile', { registryId: id })).toBe('waiting');
    await first.onModuleDestroy();
    await database.scheduleRun.deleteMany();
    await planner(['/srv/npm.zip']);
    await until('all was done again', async () => (await done()).length === 7);
    expect(await done()).toEqual(['feed.refresh osv:debian', 'feed.refresh osv:npm', ...upkeepKeys]);
  });

  it('catches up what was missed by one run, and is not in a hurry after that', async () => {
    const longAgo = new Date(Date.now() - 30 * 86_400_000);
    await database.scheduleRun.create({ data: { key: 'feed.refresh osv:npm', lastRunAt: longAgo } });
    await planner(['/srv/npm.zip']);
    const last = async () =>
      (await database.scheduleRun.findUniqueOrThrow({ where: { key: 'feed.refresh osv:npm' } })).lastRunAt;
    await until('it was done', async () => (await last()) > longAgo);
    const doneAt = await last();
    await sleep(200);
    expect(await last()).toEqual(doneAt);
  });

  it('queues a refresh again that was planned and lost, and none that has come to its end since', async () => {
    await database.feedState.deleteMany();
    const feeds = ['osv:npm', 'osv:debian', 'osv:go', 'osv:alpine'] as const;
    await new FeedSources(database).sync(feeds.map((id) => `/srv/${id.slice(4)}.zip`));
    for (const feedId of feeds) await queues.withdraw('feed.refresh', { feedId });
    const lastRunAt = new Date(Date.now() - 60_000);
    await database.scheduleRun.createMany({ data: feeds.map((id) => ({ key: `feed.refresh ${id}`, lastRunAt })) });
    const refresh = (feedId: string, signal: AbortSignal) =>
      feedJobs().handlers['feed.refresh']({ feedId }, { signal, attempt: 1, jobId: feedId, logger: silentLogger });
    // One began and was told to stop, the others came to an end: there is no such file, and its time was up.
    await database.feedState.update({ where: { id: 'osv:npm' }, data: { lastEndedAt: new Date(Date.now() - 70_000) } });
    await expect(refresh('osv:npm', AbortSignal.abort())).rejects.toThrow();
    await expect(refresh('osv:debian', new AbortController().signal)).rejects.toThrow('/srv/debian.zip');
    const timeIsUp = AbortSignal.abort(new OperationalError('job-timeout', 'too long'));
    await expect(refresh('osv:go', timeIsUp)).rejects.toThrow();
    await planner(['/srv/npm.zip', '/srv/debian.zip', '/srv/go.zip']);
    await until('lost work was looked for', async () => (await done()).includes('recover lost refreshes'));
    const states = await Promise.all(feeds.map((feedId) => queues.stateOf('feed.refresh', { feedId })));
    // What nobody configures any more is looked at once more, to withdraw it.
    expect(states).toEqual(['waiting', undefined, undefined, 'waiting']);
    await refresh('osv:alpine', new AbortController().signal);
    const retired = await database.feedState.findUniqueOrThrow({ where: { id: 'osv:alpine' } });
    expect(retired).toMatchObject({ state: 'retired', lastEndedAt: expect.any(Date) as Date });
  });

  it('is one process at a time, and another takes over when that stops or dies', async () => {
    const leader = async () =>
      (
        await database.workClaim.findMany({ where: { key: { startsWith: 'leader' }, expiresAt: { gt: new Date() } } })
      )[0]?.holder;
    const first = await planner([]);
    await until('there is a leader', async () => (await leader()) !== undefined);
    const one = await leader();
    await planner([]);
    await sleep(200);
    expect(await leader()).toBe(one);
    await first.onModuleDestroy();
    await until('the second leads', async () => (await leader()) !== undefined && (await leader()) !== one);
    // Somebody who was killed neither renews nor resigns.
    await Promise.all(running.splice(0).map((process) => process.onModuleDestroy()));
    const dead = '00000000-0000-4000-8000-000000000000';
    const key = 'leader of what happens by the clock';
    const [claimedAt, expiresAt] = [new Date(), new Date(Date.now() + times.leaseMs)];
    await database.workClaim.create({ data: { key, holder: dead, urgency: 0, claimedAt, expiresAt } });
    await planner([]);
    expect(await leader()).toBe(dead);
    await until('the living leads', async () => ![undefined, dead].includes(await leader()));
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });
});
