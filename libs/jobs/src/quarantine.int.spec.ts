import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startAcrEmulator, type AcrEmulator, type EmulatorUser } from '@tidewaiter/acr-emulator';
import { queueNames, type ActuatorRules } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ActionsModule, CarryOutActions, OrderAction, WakeActuator } from '@tidewaiter/features/actuator';
import { ReceiveDelivery, ReceptionModule } from '@tidewaiter/features/deliveries';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { createRegistryClient, hookSources } from '@tidewaiter/registry';
import { pushSample, sampleAdvisories, sampleImages, type SampleImage } from '@tidewaiter/samples';
import { DATABASE, DatabaseModule, LoggingModule, QueuesModule } from '@tidewaiter/server';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { JobsModule } from './jobs.module';
import { PlannerModule } from './planner.module';

const secret = 'a-secret-of-this-test';
const pusher = { username: 'pusher', password: 'pusher-password' };
const scanner = { username: 'scanner', password: 'scanner-password' };
const cluster = { username: 'cluster', password: 'cluster-password' };

const reads = 'repository:*:pull,metadata_read';
/** The rights of the roles that the documentation asks for, where an identity is given by a password. */
const users: readonly EmulatorUser[] = [
  pusher,
  { ...scanner, scopes: [`${reads},metadata_write,quarantine_read,quarantine_write`, 'registry:catalog:*'] },
  { ...cluster, scopes: [reads] },
];

const rules: ActuatorRules = {
  mode: 'on',
  actions: ['quarantine', 'disable-pull'],
  holdFrom: 'critical',
  holdExploited: true,
  holdMalicious: true,
  releaseUncovered: false,
  alertMinutes: 30,
};

let dir: string;
let emulator: AcrEmulator;
let app: INestApplicationContext;
let database: Database;
let dropDatabase: () => Promise<void>;
const servers: Server[] = [];
const messages: { text: string }[] = [];

async function listen(handle: (path: string, body: unknown) => Promise<number>): Promise<string> {
  const server = createServer((request, response) => {
    void json(request)
      .then((body) => handle(request.url ?? '', body))
      .then((status) => response.writeHead(status).end('ok'));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await sleep(50);
  }
  throw new Error(`waited 30 s in vain for ${what}`);
}

function registryNamed(name: string, actuator: ActuatorRules | undefined) {
  const endpoint = emulator.url;
  const credentials = { kind: 'basic', ...scanner } as const;
  return { name, kind: 'acr', endpoint, credentials, webhookSecret: secret, allowInsecure: true, actuator } as const;
}

function sample(repository: string, tag: string): SampleImage {
  const found = sampleImages.find((image) => image.repository === repository && image.tag === tag);
  if (found === undefined) throw new Error('there is no such sample');
  return found;
}

async function push(image: SampleImage): Promise<string> {
  return pushSample({ url: emulator.url, ...pusher }, image);
}

/** How a pull by somebody who runs images ends. */
async function pull(repository: string, reference: string): Promise<string> {
  const client = createRegistryClient({
    registry: emulator.url,
    credentials: { kind: 'basic', ...cluster },
    attempts: 1,
  });
  return client.manifest(repository, reference).then(
    () => 'pulled',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'broken'),
  );
}

function actionOf(registry: string, digest: string, where: object = {}) {
  return database.registryAction.findFirst({
    where: { registry: { name: registry }, digest, ...where },
    orderBy: { createdAt: 'desc' },
  });
}

function order(change: { registry?: string; digest: string; kind?: 'disable-pull' | 'hold'; evenIfRunning?: boolean }) {
  const standard = { registry: 'test', repository: 'shop/api', kind: 'disable-pull', evenIfRunning: false } as const;
  return app
    .get(OrderAction, { strict: false })
    .order({ ...standard, reason: 'an incident', dryRun: false, ...change }, 'ops');
}

async function act(): Promise<void> {
  const { id } = await database.registry.findUniqueOrThrow({ where: { name: 'test' } });
  const context = { signal: new AbortController().signal, logger: silentLogger };
  await app.get(CarryOutActions, { strict: false }).run(id, context);
}

async function startApp(): Promise<void> {
  const slack = await listen((_path, body) => {
    messages.push(body as { text: string });
    return Promise.resolve(200);
  });
  const advisories = join(dir, 'advisories');
  await mkdir(advisories);
  for (const advisory of sampleAdvisories)
    await writeFile(join(advisories, `${advisory.id}.json`), JSON.stringify(advisory));
  const created = await createMigratedDatabase();
  dropDatabase = created.drop;
  const connection = { kind: 'postgres', url: created.url } as const;
  await migrateQueue(connection);
  const publicUrl = 'http://tidewaiter.test';
  @Module({
    imports: [
      LoggingModule.forRoot(silentLogger),
      DatabaseModule.forRoot({ url: created.url, applicationName: 'test' }),
      QueuesModule.forRoot(connection, silentLogger),
      RegistriesModule.forRoot({
        registries: [
          registryNamed('test', rules),
          registryNamed('dry', { ...rules, mode: 'dry-run' }),
          registryNamed('off', undefined),
        ],
        secretKeys: [],
      }),
      NotificationsModule.forRoot({
        slack: { webhookUrl: `${slack}/hook`, allowedHost: new URL(slack).host },
        publicUrl: { url: publicUrl, isGiven: true },
      }),
      ReceptionModule,
      ActionsModule,
      JobsModule.forRoot({
        connection,
        worker: {
          queues: queueNames.filter((queue) => queue !== 'reconcile'),
          concurrency: 2,
          lockMs: 5_000,
          scanLimits: undefined,
          attachedVex: 'shown',
          attachedVexBelieved: undefined,
          maxShrinkPercent: 20,
          stallSeconds: 60,
          alertMinutes: 1_440,
        },
        snapshotDirectory: join(dir, 'snapshots'),
        publicUrl,
      }),
      PlannerModule.forRoot({
        sources: [advisories],
        enrichment: [],
        refreshIntervalMs: 3_600_000,
        recoverEveryMs: 500,
        inventoryDays: 90,
      }),
    ],
  })
  class TestModule {}
  app = await NestFactory.createApplicationContext(TestModule, { logger: false });
  database = app.get<Database>(DATABASE);
  await until('the advisories', async () => (await database.feedState.count({ where: { state: 'ok' } })) === 1);
}

describe('the quarantine of a registry', () => {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewaiter-quarantine-'));
    const source = hookSources.find(({ id }) => id === 'acr');
    if (source === undefined) throw new Error('ACR has no webhooks');
    const receiver = await listen(async (path, body) => {
      const answer = await app.get(ReceiveDelivery).receive({
        source,
        registryName: path.slice(1),
        headers: { authorization: `Bearer ${secret}` },
        querySecret: undefined,
        body: Buffer.from(JSON.stringify(body)),
      });
      return answer.status;
    });
    emulator = await startAcrEmulator({
      dataDir: join(dir, 'registry'),
      port: 0,
      users,
      webhooks: ['test', 'dry'].map((name) => ({
        name,
        url: `${receiver}/${name}`,
        headers: {},
        actions: ['push', 'delete', 'quarantine'],
        scope: '',
      })),
    });
    await startApp();
    emulator.setQuarantine(true);
  }, 60_000);

  afterAll(async () => {
    await app.close();
    await emulator.close();
    for (const server of servers) server.close();
    await rm(dir, { recursive: true, force: true });
    await dropDatabase();
  });

  it('holds what is too bad, says why beside the mark, and a dry run only says so', async () => {
    const digest = await push(sample('shop/web', '1.0'));
    const held = await until('the hold', () => actionOf('test', digest, { state: 'done' }));
    expect(held).toMatchObject({ kind: 'hold', requestedBy: 'rule', before: { quarantineState: 'Quarantined' } });
    expect(held.reason).toContain('CVE-2021-44906 (critical)');
    expect(JSON.parse(held.details ?? '')).toMatchObject({
      state: 'scan failed',
      link: `http://tidewaiter.test/api/v1/images/${digest}`,
      result: { summary: [{ severity: 'Critical', count: 4 }, { severity: 'High' }, {}, {}, {}] },
    });
    expect(await pull('shop/web', digest)).toBe('registry-disallowed');
    const planned = await until('the dry run', () => actionOf('dry', digest, { state: 'planned' }));
    expect(planned).toMatchObject({ kind: 'hold', attempts: 0, before: null, dryRun: true });
  }, 60_000);

  it('releases an index after its images; the push that follows confirms it and makes no second scan', async () => {
    const digest = await push(sample('shop/api', '2.3'));
    const index = await until('the confirmation', () => actionOf('test', digest, { NOT: { confirmedAt: null } }));
    expect(index).toMatchObject({ kind: 'release', state: 'done' });
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const released = await database.registryAction.findMany({
      where: { registry: { name: 'test' }, repository: 'shop/api', state: 'done' },
      orderBy: { finishedAt: 'asc' },
    });
    expect(released.map(({ kind }) => kind)).toEqual(['release', 'release', 'release']);
    expect(released.at(-1)?.digest).toBe(digest);
    const pushes = await until('the pushes', async () => {
      const rows = await database.delivery.findMany({ where: { registryName: 'test', action: 'push' } });
      return rows.length >= 3 && rows.every(({ state }) => state !== 'received') && rows;
    });
    expect(pushes.filter(({ state }) => state === 'ignored' || state === 'failed')).toEqual([]);
    const scans = await database.scan.findMany({
      where: { repository: { name: 'shop/api', registry: { name: 'test' } } },
    });
    expect(scans).toHaveLength(3);
  }, 60_000);

  it('names the missing role, and goes on when it was given', async () => {
    emulator.setAccess({
      users: users.map((user) =>
        user.username === 'scanner' ? { ...user, scopes: [`${reads},quarantine_read`] } : user,
      ),
    });
    const digest = await push(sample('tools/hello', 'latest'));
    const refused = await until('the refusal', () => actionOf('test', digest, { errorCode: 'role-missing' }));
    expect(refused).toMatchObject({ kind: 'release', state: 'pending' });
    expect(refused.error).toContain('AcrQuarantineWriter');
    emulator.setAccess({ users });
    await database.registryAction.update({ where: { id: refused.id }, data: { dueAt: new Date() } });
    const done = await until('the release', () => actionOf('test', digest, { state: 'done' }));
    expect(done).toMatchObject({ id: refused.id, errorCode: null, error: null });
    expect(await pull('tools/hello', 'latest')).toBe('pulled');
  }, 60_000);

  it('finishes what a crash left half done, and keeps what was there before', async () => {
    const done = await database.registryAction.findFirstOrThrow({ where: { kind: 'release', state: 'done' } });
    await database.registryAction.update({
      where: { id: done.id },
      data: { state: 'pending', attempts: 1, outcome: null, finishedAt: null },
    });
    await act();
    expect(await database.registryAction.findUniqueOrThrow({ where: { id: done.id } })).toMatchObject({
      state: 'done',
      outcome: 'done; an earlier attempt had succeeded',
      before: { quarantineState: 'Quarantined' },
    });
  });

  it('keeps an image from being pulled only when told so although it may be running, and takes that back', async () => {
    const { digest } = await database.manifest.findFirstOrThrow({
      where: { tags: { some: { name: '2.3' } }, repository: { registry: { name: 'test' } } },
    });
    await expect(order({ digest })).rejects.toMatchObject({ code: 'running-unknown' });
    await expect(order({ digest, registry: 'off' })).rejects.toMatchObject({ code: 'actuator-off' });
    const id = await order({ digest, evenIfRunning: true });
    const disabled = await until('the lock', () => actionOf('test', digest, { id, state: 'done' }));
    expect(disabled).toMatchObject({ requestedBy: 'ops', reason: 'an incident', before: { readEnabled: true } });
    expect(await pull('shop/api', '2.3')).toBe('registry-disallowed');

    const orders = app.get(OrderAction, { strict: false });
    const undo = await orders.undo(id, { reason: 'it was a mistake', requestedBy: 'ops' });
    await until('the way back', () => actionOf('test', digest, { id: undo, state: 'done' }));
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const again = orders.undo(id, { reason: 'once more', requestedBy: 'ops' });
    await expect(again).rejects.toMatchObject({ code: 'action-undone' });

    const planned = await order({ digest, registry: 'dry', evenIfRunning: true });
    expect(await actionOf('dry', digest, { id: planned })).toMatchObject({ state: 'planned', dryRun: true });
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const gone = await order({ digest: `sha256:${'0'.repeat(64)}`, evenIfRunning: true });
    const failed = await until('the failure', () =>
      database.registryAction.findFirst({ where: { id: gone, state: 'failed' } }),
    );
    expect(failed).toMatchObject({ errorCode: 'gone' });
  }, 60_000);

  it('marks what was there before it, after a dry run that only counts', async () => {
    emulator.setAccess({ users: [pusher] });
    emulator.setQuarantine(false);
    const digest = await push({ ...sample('tools/hello', 'latest'), repository: 'old/app', tag: '1' });
    emulator.setQuarantine(true);
    emulator.setAccess({ users });
    await database.registryAction.deleteMany({ where: { digest, repository: 'old/app' } });
    expect(await pull('old/app', '1')).toBe('manifest-unknown');
    const orders = app.get(OrderAction, { strict: false });
    const mark = async (dryRun: boolean) => {
      const id = await orders.markExisting({ registry: 'test', reason: 'switching it on', dryRun }, 'ops');
      const where = { id, state: { in: ['planned', 'done', 'failed'] } };
      return until('the marks', () => database.registryAction.findFirst({ where }));
    };
    expect((await mark(true)).outcome).toBe('1 of 6 manifests have no mark and would get one');
    expect(await pull('old/app', '1')).toBe('manifest-unknown');
    expect((await mark(false)).outcome).toBe('1 of 6 manifests had no mark and are marked as passed now');
    expect(await pull('old/app', '1')).toBe('pulled');
  }, 60_000);

  it('tells once of what waits for too long', async () => {
    const { id: registryId } = await database.registry.findUniqueOrThrow({ where: { name: 'test' } });
    const waiting = { registryId, repository: 'team/stuck', tag: '1', digest: `sha256:${'5'.repeat(64)}` };
    await database.registryAction.create({
      data: {
        ...waiting,
        id: '00000000-0000-4000-8000-000000000001',
        kind: 'decide',
        state: 'waiting',
        dryRun: false,
        requestedBy: 'rule',
        reason: 'it waits for its scan',
        createdAt: new Date(Date.now() - 3_600_000),
      },
    });
    const told = () => messages.filter(({ text }) => text.includes('in quarantine since'));
    await until('the alert', () => Promise.resolve(told().length > 0));
    await app.get(WakeActuator, { strict: false }).all(new Date());
    await act();
    expect(told()).toHaveLength(1);
    expect(JSON.stringify(told()[0])).toContain('team/stuck:1');
  }, 60_000);
});
