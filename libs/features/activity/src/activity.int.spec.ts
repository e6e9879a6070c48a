import { randomUUID } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { openDatabase, type Database } from '@tidewaiter/db';
import { silentLogger } from '@tidewaiter/kit';
import { createHttpApp, DatabaseModule, LoggingModule, type HttpApp } from '@tidewaiter/server';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { Client } from 'pg';
import { ActivityLog } from './activity-log';
import { ActivityModule } from './activity.module';
import { ActivityEvent } from './activity.schema';
import { EventStreamConnection, type ConnectionOptions } from './event-stream-connection';
import { recordActivity } from './record-activity';

let testDatabase: TestDatabase;
let database: Database;
let app: HttpApp;
let url: string;
let open: EventClient[];
let servers: Server[];

beforeEach(async () => {
  testDatabase = await createMigratedDatabase();
  database = openDatabase({ url: testDatabase.url, applicationName: 'activity spec' });
  await startApp();
  open = [];
  servers = [];
});

afterEach(async () => {
  for (const client of open) client.close();
  for (const server of servers) server.close();
  await app.close();
  await database.$disconnect();
  await testDatabase.drop();
});

describe('recordActivity', () => {
  it('refuses a payload that does not fit its kind', async () => {
    const broken = { feed: 'osv', outcome: 'exploded' as 'changed' };
    await expect(recordActivity(database, 'feed.refreshed', broken)).rejects.toThrow('outcome');
    expect(await database.event.count()).toBe(0);
  });
});

describe('the event stream', () => {
  it('tells what is committed, when it is committed, and nothing that is not', async () => {
    const client = await connect();
    await expect(
      database.$transaction(async (tx) => {
        await recordActivity(tx, 'feed.refreshed', { feed: 'undone', outcome: 'changed' });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    await database.$transaction((tx) => recordActivity(tx, 'feed.refreshed', { feed: 'done', outcome: 'changed' }));
    const event = await client.next();
    expect(event).toMatchObject({ kind: 'feed.refreshed', payload: { feed: 'done', outcome: 'changed' } });
    expect(Date.now() - Date.parse(event.at)).toBeLessThan(5_000);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
  });

  it('tells every client, in order, and each only the kinds it asked for', async () => {
    const [all, feeds] = [await connect(), await connect({ query: '?kind=feed.refreshed,scan.failed' })];
    await recordMany(120);
    await recordScan();
    await recordMany(1, 120);
    expect(feedsOf(await all.take(122))).toEqual([...numbered(120), undefined, 'feed 120']);
    expect(feedsOf(await feeds.take(121))).toEqual([...numbered(121)]);
  });

  it('does not tell what was before, unless asked to resume after it', async () => {
    await recordMany(3);
    const [first] = await database.event.findMany({ orderBy: { id: 'asc' } });
    const fresh = await connect();
    const byHeader = await connect({ lastEventId: String(first?.id) });
    const byQuery = await connect({ query: `?lastEventId=${String(first?.id)}` });
    await recordMany(1, 3);
    expect(feedsOf(await fresh.take(1))).toEqual(['feed 3']);
    expect(feedsOf(await byHeader.take(3))).toEqual(['feed 1', 'feed 2', 'feed 3']);
    expect(feedsOf(await byQuery.take(3))).toEqual(['feed 1', 'feed 2', 'feed 3']);
  });

  it('loses nothing over breaks at any moment', async () => {
    const seen = new Map<string, string>();
    const recording = recordMany(300);
    let lastEventId = '0';
    for (let round = 0; seen.size < 300; round++) {
      expect(round).toBeLessThan(200);
      const client = await connect({ lastEventId });
      const wanted = Math.min(1 + (round % 37), 300 - seen.size);
      for (const event of await client.take(wanted)) seen.set(event.id, String(event.payload['feed']));
      lastEventId = client.lastEventId;
      client.close();
    }
    await recording;
    expect([...seen.values()]).toEqual([...numbered(300)]);
  });

  it('loses no event that commits after a later one, even when the client resumes in between', async () => {
    const slow = new Client({ connectionString: testDatabase.url });
    await slow.connect();
    await slow.query('BEGIN');
    await insertBy(slow, 'early id, late commit');
    const client = await connect();
    await recordMany(2);
    expect(feedsOf(await client.take(2))).toEqual(['feed 0', 'feed 1']);
    const { lastEventId } = client;
    client.close();
    await slow.query('COMMIT');
    await slow.end();
    const resumed = await connect({ lastEventId });
    await recordMany(1, 2);
    const feeds = feedsOf(await resumed.take(4));
    expect(new Set(feeds)).toEqual(new Set(['early id, late commit', 'feed 0', 'feed 1', 'feed 2']));
  });

  it('goes on after the database connection was lost, with what happened meanwhile', async () => {
    const client = await connect();
    await recordMany(1);
    await client.take(1);
    await database.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidewaiter events'`;
    await recordMany(2, 1);
    expect(feedsOf(await client.take(2))).toEqual(['feed 1', 'feed 2']);
  });

  it('says so when too much was missed', async () => {
    await database.$executeRaw`
      INSERT INTO event (kind, payload)
      SELECT 'feed.refreshed', jsonb_build_object('feed', 'feed ' || n, 'outcome', 'changed')
        FROM generate_series(0, 5999) AS n`;
    const client = await connect({ lastEventId: '0' });
    await client.until(() => client.text.includes('event: stream.gap'));
    await recordMany(1, 6_000);
    await client.until(() => client.text.includes('"feed 6000"'));
    expect(client.text).not.toContain('"feed 5500"');
  });

  it.each(['?kind=nonsense', '?lastEventId=-1', '?unknown=1'])('refuses %s', async (query) => {
    expect((await fetch(`${url}/api/v1/events${query}`)).status).toBe(400);
  });

  it('ends when the process stops, at once', async () => {
    const client = await connect();
    const startedAt = Date.now();
    await app.close();
    await client.until(() => client.hasEnded);
    expect(Date.now() - startedAt).toBeLessThan(1_400);
    await startApp();
  });
});

describe('a connection', () => {
  it('sends heartbeats that say where to resume', async () => {
    const client = await connectTo({ heartbeatMs: 20 });
    await client.until(() => client.text.includes(': heartbeat\nid: 7\n\n: heartbeat\nid: 7\n\n'));
  });

  it('ends after a while, so that the client shows its key again', async () => {
    const client = await connectTo({ maxAgeMs: 50 });
    await client.until(() => client.hasEnded);
    expect(client.text).toContain('id: 7');
  });

  it('lets go of its subscription when the client leaves', async () => {
    let isClosed = false;
    const client = await connectTo({}, () => (isClosed = true));
    client.close();
    await client.until(() => isClosed);
  });

  it('cuts off a client that does not read', async () => {
    const paused = await connect({ isPaused: true });
    const large = 'x'.repeat(100_000);
    for (let index = 0; index < 200 && !paused.hasEnded; index++) {
      await recordActivity(database, 'feed.refreshed', { feed: large, outcome: 'changed' });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const reading = await connect();
    await recordMany(1);
    expect(feedsOf(await reading.take(1))).toEqual(['feed 0']);
    paused.resume();
    await paused.until(() => paused.hasEnded);
    expect(paused.text.length).toBeLessThan(20_000_000);
  });
});

describe('retention', () => {
  it('deletes what is older, and only that', async () => {
    await recordMany(5);
    await database.$executeRaw`UPDATE event SET at = now() - interval '31 days' WHERE payload->>'feed' IN ('feed 0', 'feed 3')`;
    expect(await new ActivityLog(database).deleteOlderThan(30)).toBe(2);
    expect(await database.event.count()).toBe(3);
    expect(await new ActivityLog(database).deleteOlderThan(30)).toBe(0);
  });
});

async function startApp(): Promise<void> {
  @Module({
    imports: [
      LoggingModule.forRoot(silentLogger),
      DatabaseModule.forRoot({ url: testDatabase.url, applicationName: 'activity spec app' }),
      ActivityModule.withStream({ databaseUrl: testDatabase.url }),
    ],
  })
  class TestModule {}
  app = await createHttpApp(TestModule, { logger: silentLogger, checkResponses: true });
  ({ url } = await app.listen({ host: '127.0.0.1', port: 0 }));
}

/** A connection whose stream has settled event 7 and tells nothing more. */
async function connectTo(options: ConnectionOptions, onClosed: () => void = () => undefined): Promise<EventClient> {
  const server = createServer((_request, response) => {
    const connection = new EventStreamConnection(response, options);
    void connection.run({ resumeId: 7n, close: onClosed }, new ActivityLog(database));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return connect({ target: `http://127.0.0.1:${port}` });
}

async function recordMany(count: number, from = 0): Promise<void> {
  for (let index = from; index < from + count; index++) {
    await recordActivity(database, 'feed.refreshed', { feed: `feed ${index}`, outcome: 'changed' });
  }
}

async function recordScan(): Promise<void> {
  const scan = { scanId: randomUUID(), repository: 'team/api', digest: 'sha256:0' };
  await recordActivity(database, 'scan.queued', scan);
}

async function insertBy(client: Client, feed: string): Promise<void> {
  await client.query(`INSERT INTO event (kind, payload) VALUES ('feed.refreshed', $1)`, [JSON.stringify({ feed })]);
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `feed ${index}`);
}

function feedsOf(events: readonly ActivityEvent[]): readonly (string | undefined)[] {
  return events.map(({ payload }) => (typeof payload['feed'] === 'string' ? payload['feed'] : undefined));
}

interface EventClient {
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Of the last event that was taken. */
  readonly lastEventId: string;
  readonly hasEnded: boolean;
  next(): Promise<ActivityEvent>;
  take(count: number): Promise<readonly ActivityEvent[]>;
  until(isTrue: () => boolean): Promise<void>;
  resume(): void;
  close(): void;
}

interface ClientOptions {
  readonly lastEventId?: string;
  readonly query?: string;
  readonly isPaused?: boolean;
  readonly target?: string;
}

/** Reads the stream as the standard says: blocks end with an empty line. Resolves once the stream has begun. */
async function connect(options: ClientOptions = {}): Promise<EventClient> {
  const { lastEventId, query = '', isPaused = false, target = `${url}/api/v1/events` } = options;
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const request = httpRequest(`${target}${query}`, { headers });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end();
  });
  let text = '';
  let parsed = 0;
  let lastId = lastEventId ?? '';
  let takenId = lastId;
  let hasEnded = false;
  const events: { readonly event: ActivityEvent; readonly id: string }[] = [];
  const parse = (): void => {
    for (let end = text.indexOf('\n\n', parsed); end !== -1; end = text.indexOf('\n\n', parsed)) {
      const lines = text.slice(parsed, end).split('\n');
      parsed = end + 2;
      const valueOf = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      lastId = valueOf('id') ?? lastId;
      const data = valueOf('data');
      if (data !== undefined && valueOf('event') !== 'stream.gap') {
        events.push({ event: ActivityEvent.parse(JSON.parse(data)), id: lastId });
      }
    }
  };
  response.setEncoding('utf8');
  response.on('error', () => undefined);
  response.on('close', () => (hasEnded = true));
  const onData = (chunk: string): void => {
    text += chunk;
    if (!isPaused) parse();
  };
  if (isPaused) response.pause();
  else response.on('data', onData);
  const until = async (isTrue: () => boolean): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!isTrue()) {
      if (Date.now() > deadline) throw new Error(`it did not happen; the stream ends with ${text.slice(-500)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const take = async (count: number): Promise<readonly ActivityEvent[]> => {
    await until(() => events.length >= count);
    const taken = events.splice(0, count);
    takenId = taken.at(-1)?.id ?? takenId;
    return taken.map(({ event }) => event);
  };
  const client: EventClient = {
    headers: response.headers,
    get text() {
      return text;
    },
    get lastEventId() {
      return takenId;
    },
    get hasEnded() {
      return hasEnded;
    },
    next: async () => {
      const [event] = await take(1);
      if (event === undefined) throw new Error('no event');
      return event;
    },
    take,
    until,
    resume: () => void response.on('data', onData).resume(),
    close: () => void request.destroy(),
  };
  open.push(client);
  if (!isPaused) await until(() => text.includes('retry: '));
  return client;
}
