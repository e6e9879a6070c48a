import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { queueNames, type QueueName, type RegistryConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ActionsModule } from '@tidewaiter/features/actuator';
import { ReceiveDelivery, ReceptionModule } from '@tidewaiter/features/deliveries';
import { NotificationsModule } from '@tidewaiter/features/notifications';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { acrSource } from '@tidewaiter/registry';
import { sampleAdvisories } from '@tidewaiter/samples';
import { DATABASE, DatabaseModule, LoggingModule, QueuesModule } from '@tidewaiter/server';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { JobsModule } from '../jobs.module';
import { PlannerModule } from '../planner.module';

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/** A server whose requests are answered by `handle`; the answer is a status. */
export async function listen(handle: (request: IncomingMessage, body: Buffer) => Promise<number>): Promise<Listener> {
  const server = createServer((request, response) => {
    void buffer(request)
      .then((body) => handle(request, body))
      .then((status) => response.writeHead(status).end('ok'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // It was told to listen on a port.
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await sleep(50);
  }
  throw new Error(`waited 30 s in vain for ${what}`);
}

interface WorkSiteOptions {
  /** For advisories and snapshots. */
  readonly directory: string;
  readonly registries: readonly RegistryConfig[];
  readonly queues?: readonly QueueName[];
  readonly recoverEveryMs: number;
}

/** What a receiver, a worker and a scheduler do together between a registry's webhook and an alert, in one process. */
export class WorkSite {
  private constructor(
    readonly app: INestApplicationContext,
    readonly database: Database,
    /** What Slack was sent. */
    readonly messages: readonly { readonly text: string }[],
    private readonly undo: () => Promise<void>,
  ) {}

  /** Ready when the advisories of the samples are there. */
  static async open({
    directory,
    registries,
    queues = queueNames,
    recoverEveryMs,
  }: WorkSiteOptions): Promise<WorkSite> {
    const messages: { text: string }[] = [];
    const slack = await listen((_request, body) => {
      // As Slack is sent it.
      messages.push(JSON.parse(body.toString('utf8')) as { text: string });
      return Promise.resolve(200);
    });
    const advisories = await writeAdvisories(directory);
    const { url, drop } = await createMigratedDatabase();
    const connection = { kind: 'postgres', url } as const;
    await migrateQueue(connection);
    const publicUrl = 'http://tidewaiter.test';
    @Module({
      imports: [
        LoggingModule.forRoot(silentLogger),
        DatabaseModule.forRoot({ url, applicationName: 'test' }),
        QueuesModule.forRoot(connection, silentLogger),
        RegistriesModule.forRoot({ registries, secretKeys: [] }),
        NotificationsModule.forRoot({
          slack: { webhookUrl: `${slack.url}/hook`, allowedHost: new URL(slack.url).host },
          publicUrl: { url: publicUrl, isGiven: true },
        }),
        ReceptionModule,
        ActionsModule,
        JobsModule.forRoot({
          connection,
          worker: {
            queues,
            concurrency: 2,
            lockMs: 5_000,
            scanLimits: undefined,
            attachedVex: 'shown',
            attachedVexBelieved: undefined,
            maxShrinkPercent: 20,
            stallSeconds: 60,
            keyFiles: undefined,
            alertMinutes: 1_440,
          },
          snapshotDirectory: join(directory, 'snapshots'),
          publicUrl,
        }),
        PlannerModule.forRoot({
          sources: [advisories],
          enrichment: [],
          refreshIntervalMs: 3_600_000,
          recoverEveryMs,
          inventoryDays: 90,
          historyDays: 400,
          deliveryDays: 90,
        }),
      ],
    })
    class TestModule {}
    const app = await NestFactory.createApplicationContext(TestModule, { logger: false });
    const database = app.get<Database>(DATABASE);
    await until('the advisories', async () => (await database.feedState.count({ where: { state: 'ok' } })) === 1);
    return new WorkSite(app, database, messages, async () => {
      await app.close();
      await slack.close();
      await drop();
    });
  }

  /** A call of ACR's webhook of a registry; how it is answered. */
  async receive(registryName: string, request: IncomingMessage, body: Buffer): Promise<number> {
    const call = { headers: request.headers, querySecret: undefined, body };
    return (await this.app.get(ReceiveDelivery).receive({ source: acrSource, registryName, ...call })).status;
  }

  close(): Promise<void> {
    return this.undo();
  }
}

async function writeAdvisories(directory: string): Promise<string> {
  const advisories = join(directory, 'advisories');
  await mkdir(advisories);
  for (const advisory of sampleAdvisories)
    await writeFile(join(advisories, `${advisory.id}.json`), JSON.stringify(advisory));
  return advisories;
}
