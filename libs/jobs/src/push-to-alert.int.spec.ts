import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import { queueNames } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ReceiveDelivery, ReceptionModule } from '@tidewaiter/features/deliveries';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { RequestScan } from '@tidewaiter/features/scans';
import { silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { acrSource } from '@tidewaiter/registry';
import { pushSample, sampleAdvisories, sampleImages } from '@tidewaiter/samples';
import { DATABASE, DatabaseModule, LoggingModule, QueuesModule } from '@tidewaiter/server';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { JobsModule } from './jobs.module';
import { PlannerModule } from './planner.module';

const secret = 'a-secret-of-this-test';
const login = { username: 'pusher', password: 'pusher-password' };

/** A server whose requests are answered by `handle`; the answer is a status. */
async function listen(
  handle: (request: IncomingMessage, body: Buffer) => Promise<number>,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void buffer(request)
      .then((body) => handle(request, body))
      .then((status) => response.writeHead(status).end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (await check()) return;
    await sleep(100);
  }
  throw new Error(`waited 30 s in vain for ${what}`);
}

describe('from a push to an alert', () => {
  let dir: string;
  let emulator: AcrEmulator;
  let app: INestApplicationContext;
  let database: Database;
  const servers: Server[] = [];
  const messages: { text: string }[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewaiter-jobs-'));
    const advisories = join(dir, 'advisories');
    await mkdir(advisories);
    for (const advisory of sampleAdvisories)
      await writeFile(join(advisories, `${advisory.id}.json`), JSON.stringify(advisory));
    const slack = await listen((_request, body) => {
      messages.push(JSON.parse(body.toString('utf8')) as { text: string });
      return Promise.resolve(200);
    });
    const receiver = await listen(async (request, body) => {
      const call = { headers: request.headers, querySecret: undefined, body };
      const answer = await app.get(ReceiveDelivery).receive({ source: acrSource, registryName: 'test', ...call });
      return answer.status;
    });
    servers.push(slack.server, receiver.server);
    emulator = await startAcrEmulator({
      dataDir: join(dir, 'registry'),
      port: 0,
      users: [login],
      webhooks: [
        {
          name: 'hook',
          url: receiver.url,
          headers: { Authorization: `Bearer ${secret}` },
          actions: ['push', 'delete'],
          scope: '',
        },
      ],
    });
    const { url } = await createMigratedDatabase();
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const registry = {
      name: 'test',
      kind: 'acr',
      endpoint: emulator.url,
      credentials: { kind: 'basic', ...login },
      webhookSecret: secret,
      allowInsecure: true,
    } as const;

    @Module({
      imports: [
        LoggingModule.forRoot(silentLogger),
        DatabaseModule.forRoot({ url, applicationName: 'test' }),
        QueuesModule.forRoot(connection, silentLogger),
        RegistriesModule.forRoot({ registries: [registry], secretKeys: [] }),
        NotificationsModule.forRoot({
          slack: { webhookUrl: `${slack.url}/hook`, allowedHost: new URL(slack.url).host },
          publicUrl: { url: 'http://tidewaiter.test', isGiven: true },
        }),
        ReceptionModule,
        JobsModule.forRoot({
          connection,
          worker: {
            queues: queueNames,
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
          publicUrl: 'http://tidewaiter.test',
        }),
        PlannerModule.forRoot({
          sources: [advisories],
          enrichment: [],
          refreshIntervalMs: 3_600_000,
          inventoryDays: 30,
          recoverEveryMs: 1_000,
        }),
      ],
    })
    class TestModule {}

    app = await NestFactory.createApplicationContext(TestModule, { logger: false });
    database = app.get<Database>(DATABASE);
    await until('the advisories', async () => (await database.feedState.count({ where: { state: 'ok' } })) === 1);
  }, 60_000);

  afterAll(async () => {
    await app.close();
    await emulator.close();
    for (const server of servers) server.close();
    await rm(dir, { recursive: true, force: true });
  });

  const [web] = sampleImages;
  if (web === undefined) throw new Error('there is no sample');

  it('scans what was pushed and tells about it once', async () => {
    await pushSample({ url: emulator.url, ...login }, web);
    await until('the message', () => Promise.resolve(messages.length > 0));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.text).toContain('shop/web:1.0');
    const summary = await database.imageSummary.findFirstOrThrow();
    // Critical: CVE-2023-38545 in curl and libcurl4, CVE-2021-44906, CVE-2023-45853.
    expect(summary).toMatchObject({ packages: 14, critical: 4, high: 5, fixable: 8 });
    const open = await database.match.findMany({ include: { package: true, vulnerability: true } });
    expect(
      open.map((match) => `${match.vulnerability.name} ${match.package.name} -> ${match.fixedIn ?? 'none'}`).sort(),
    ).toEqual([
      'CVE-2021-23337 lodash -> 4.17.21',
      'CVE-2021-44906 minimist -> 1.2.6',
      'CVE-2023-38545 curl -> 7.88.1-10+deb12u4',
      'CVE-2023-38545 libcurl4 -> 7.88.1-10+deb12u4',
      'CVE-2023-45853 zlib1g -> none',
      'CVE-2023-4911 libc-bin -> 2.36-9+deb12u3',
      'CVE-2023-4911 libc6 -> 2.36-9+deb12u3',
      'CVE-2023-5363 libssl3 -> 3.0.11-1~deb12u2',
      'CVE-2023-5363 openssl -> 3.0.11-1~deb12u2',
    ]);
  }, 60_000);

  it('pulls nothing and tells nothing when the same digest is scanned again', async () => {
    const { digest, repositoryId } = await database.manifest.findFirstOrThrow();
    const { name, registryId } = await database.repository.findFirstOrThrow({ where: { id: repositoryId } });
    const before = await database.transition.count();
    const id = await app
      .get(RequestScan, { strict: false })
      .request({ registryId, repository: name, tag: '1.0', digest, cause: 'user' });
    await until(
      'the second scan',
      async () => (await database.scan.findUniqueOrThrow({ where: { id } })).state === 'finished',
    );
    await sleep(1_500);
    const scan = await database.scan.findUniqueOrThrow({ where: { id } });
    expect(scan.pulledBytes).toBe(0n);
    expect(await database.transition.count()).toBe(before);
    expect(messages).toHaveLength(1);
  }, 60_000);
});
