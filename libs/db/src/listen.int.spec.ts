import { silentLogger } from '@tidewaiter/kit';
import { startPostgres, type TestDatabase } from '@tidewaiter/testing';
import { Client } from 'pg';
import { listen, type Listener } from './listen';

let database: TestDatabase;
let client: Client;
let listener: Listener;
let heard: string[];
let timesListening: number;

beforeEach(async () => {
  database = await (await startPostgres()).createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  heard = [];
  timesListening = 0;
  listener = listen({
    url: database.url,
    channel: 'a "quoted" channel',
    applicationName: 'listen spec',
    logger: silentLogger,
    onMessage: (payload) => void heard.push(payload),
    onListening: () => void timesListening++,
  });
});

afterEach(async () => {
  await listener.close();
  await client.end();
  await database.drop();
});

describe('listen', () => {
  it('delivers what is said once it listens', async () => {
    await until(() => timesListening === 1);
    await say('one');
    await say('two');
    await until(() => heard.length === 2);
    expect(heard).toEqual(['one', 'two']);
  });

  it('connects again after the connection is lost, and says so', async () => {
    await until(() => timesListening === 1);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listen spec'`);
    await until(() => timesListening === 2);
    await say('again');
    await until(() => heard.length === 1);
  });

  it('closes at once and hears nothing more', async () => {
    await until(() => timesListening === 1);
    const startedAt = Date.now();
    await listener.close();
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    await say('too late');
    const { rows } = await client.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'listen spec'`);
    expect(rows).toEqual([]);
    expect(heard).toEqual([]);
  });
});

async function say(payload: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', ['a "quoted" channel', payload]);
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('it did not happen within five seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
