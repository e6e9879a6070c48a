import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import type { Lane } from '@tidewaiter/contracts';
import { openDatabase, type Database } from '@tidewaiter/db';
import { createRegistryClient, type RegistryClient } from '@tidewaiter/registry';
import { pushSample, sampleImages } from '@tidewaiter/samples';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { RequestBudget } from './request-budget';

const login = { username: 'scanner', password: 'a-password' };
const [sample] = sampleImages;
if (sample === undefined) throw new Error('there is no sample');

/** Ten requests a second, in the words of both sides. */
const perMinute = 600;
const limits = { read: { perMinute }, referrers: { perMinute } };

let files: string;
let emulator: AcrEmulator;
const databases: Database[] = [];
let drop: () => Promise<void>;

beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), 'tidewaiter-budget-'));
  const throttling = {
    tier: 'standard',
    budgets: { read: { registry: 10 * perMinute, identity: perMinute } },
    closedSeconds: 1,
  } as const;
  emulator = await startAcrEmulator({
    dataDir: files,
    port: 0,
    users: [login, { username: 'pusher', password: 'a-password' }],
    throttling,
  });
  await pushSample({ url: emulator.url, username: 'pusher', password: 'a-password' }, sample);
  const created = await createMigratedDatabase();
  drop = created.drop;
  for (const applicationName of ['one', 'two'])
    databases.push(openDatabase({ url: created.url, applicationName: `budget ${applicationName}` }));
});

afterAll(async () => {
  await emulator.close();
  for (const database of databases) await database.$disconnect();
  await drop();
  await rm(files, { recursive: true, force: true });
});

/** What one process of an installation has: a client of its own, and the same rows as the others. */
function processes(registry: string): readonly ((lane: Lane, signal?: AbortSignal) => RegistryClient)[] {
  return databases.map((database) => {
    const budget = new RequestBudget(database);
    const credentials = { kind: 'basic', ...login } as const;
    const client = createRegistryClient({ registry: emulator.url, plainHttp: true, credentials });
    return (lane, signal) => client.behind(budget.gate({ registry, identity: 'basic scanner', limits }, lane), signal);
  });
}

/** Asks again and again until it is told to stop; how often it was answered. */
async function greedy(client: RegistryClient, stop: AbortSignal): Promise<number> {
  let answers = 0;
  try {
    for (; !stop.aborted; answers += 1) await client.head('shop/web', '1.0');
  } catch (error) {
    // Told to stop while it waited for its turn.
    if (!stop.aborted) throw error;
  }
  return answers;
}

async function row(registry: string) {
  const [database] = databases;
  return database?.requestBudget.findFirstOrThrow({ where: { registry, operation: 'read' } });
}

describe('the budget of a registry', () => {
  it('is never exceeded by all processes together, and a push finds its part of it whatever the backfill wants', async () => {
    const clients = processes('first');
    const stop = new AbortController();
    const startedAt = Date.now();
    const backfill = Promise.all(
      clients.flatMap((client) =>
        Array.from({ length: 8 }, () => greedy(client('backfill', stop.signal), stop.signal)),
      ),
    );
    for (let round = 0; round < 8; round += 1) {
      for (const client of clients) await client('push').head('shop/web', '1.0');
      await sleep(150);
    }
    stop.abort();
    const answered = (await backfill).reduce((sum, count) => sum + count, 0);
    const seconds = (Date.now() - startedAt) / 1_000;
    expect(emulator.throttling()).toMatchObject({ isExceeded: false });
    // A burst of 50, half of it for backfill, and 8 a second: with no budget it were thousands.
    expect(answered).toBeGreaterThan(0);
    expect(answered + 16).toBeLessThanOrEqual(50 + 8 * seconds);
    expect(await row('first')).toMatchObject({ refused: 0n, closedUntil: null });
  });

  it('that somebody else used up is closed for every process at once, and opens when the registry said', async () => {
    const clients = processes('second');
    const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
    const ask = () => fetch(new URL('/v2/', emulator.url), { headers: { authorization } });
    let status = 200;
    while (status === 200)
      status = Math.max(...(await Promise.all(Array.from({ length: 20 }, ask))).map((r) => r.status));
    const before = emulator.throttling()?.refused.read ?? 0;
    // From eight places at once: whoever is refused tells the others.
    const places = clients.flatMap((client) => Array.from({ length: 4 }, () => client('push')));
    await Promise.all(places.map((client) => client.head('shop/web', '1.0')));
    const refusals = (emulator.throttling()?.refused.read ?? 0) - before;
    expect(refusals).toBeGreaterThanOrEqual(1);
    expect(refusals).toBeLessThanOrEqual(places.length);
    // Half of 480, once for all that were refused together, and a second later a little more.
    const { perMinute: rate = 0, refused = 0n } = (await row('second')) ?? {};
    expect(Number(refused)).toBe(refusals);
    expect(rate).toBeGreaterThanOrEqual(240);
    expect(rate).toBeLessThan(260);
  });

  it('is asked once for several requests in a row while there is plenty, and none is kept after a refusal', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('there is no process');
    const plenty = { ...limits, read: { perMinute: 3_000 } };
    const gate = new RequestBudget(database).gate({ registry: 'fourth', identity: 'nobody', limits: plenty }, 'push');
    // 2,400 a minute are 6 in 150 ms, beside the one that was asked for.
    for (let request = 0; request < 7; request += 1) await gate.pass('read', undefined);
    expect(await row('fourth')).toMatchObject({ granted: 7n, waited: 0n });
    await gate.pass('read', undefined);
    expect(await row('fourth')).toMatchObject({ granted: 14n });
    await gate.refused('read', 1);
    const startedAt = performance.now();
    await gate.pass('read', undefined);
    expect(performance.now() - startedAt).toBeGreaterThan(500);
  });

  it('keeps nothing beforehand of what was asked for when the registry refused', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('there is no process');
    const plenty = { ...limits, read: { perMinute: 3_000 } };
    const gate = new RequestBudget(database).gate({ registry: 'sixth', identity: 'nobody', limits: plenty }, 'push');
    for (let request = 0; request < 7; request += 1) await gate.pass('read', undefined);
    const underway = await database.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM request_budget WHERE registry = 'sixth' FOR UPDATE`;
      const asked = gate.pass('read', undefined);
      await sleep(200);
      const refused = gate.refused('read', 1);
      await sleep(200);
      return [asked, refused];
    });
    await Promise.all(underway);
    expect(await row('sixth')).toMatchObject({ granted: 14n, refused: 1n });
    const startedAt = performance.now();
    await gate.pass('read', undefined);
    expect(performance.now() - startedAt).toBeGreaterThan(500);
  });

  it('is not waited for by whoever can do without a listing of referrers, in whatever line', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('there is no process');
    const budget = new RequestBudget(database);
    const few = { registry: 'fifth', identity: 'nobody', limits: { ...limits, referrers: { perMinute: 1 } } };
    const impatient = budget.gate(few, 'push', { forReferrers: false });
    const ask = () => impatient.pass('referrers', undefined);
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, ask));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    await expect(ask()).rejects.toMatchObject({ code: 'referrers-put-off' });
    const stop = new AbortController();
    const patient = budget.gate(few, 'push').pass('referrers', stop.signal);
    await expect(Promise.all([ask(), ask()])).rejects.toMatchObject({ code: 'referrers-put-off' });
    await expect(ask()).rejects.toMatchObject({ code: 'referrers-put-off' });
    stop.abort(new Error('given up'));
    await expect(patient).rejects.toThrow('given up');
    // Reading is waited for all the same.
    await impatient.pass('read', undefined);
  });

  it('has listings of referrers for whoever waits, one after the other, however many pushes take at once what there is', async () => {
    const [pushing, looking] = databases.map((database) => new RequestBudget(database));
    if (pushing === undefined || looking === undefined) throw new Error('there is no process');
    const busy = { registry: 'seventh', identity: 'nobody', limits: { ...limits, read: { perMinute: 60_000 } } };
    const impatient = pushing.gate(busy, 'push', { forReferrers: false });
    const stop = new AbortController();
    const given = { pushes: 0 };
    const ask = () =>
      impatient.pass('referrers', undefined).then(
        () => (given.pushes += 1),
        // Put off; the next push asks.
        () => sleep(5),
      );
    const flood = (async () => {
      while (!stop.signal.aborted) await ask();
    })();
    while (given.pushes < 50) await sleep(10);
    const before = given.pushes;
    const order: number[] = [];
    const looks = [1, 2, 3, 4].map(async (look) => {
      await looking.gate(busy, 'rescan').pass('referrers', AbortSignal.timeout(20_000));
      order.push(look);
    });
    await Promise.all(looks).finally(() => stop.abort());
    await flood;
    expect(order).toEqual([1, 2, 3, 4]);
    // What is not kept is theirs.
    expect(given.pushes - before).toBeGreaterThan(4);
  }, 30_000);

  it('has reads for people and for looks again, and none for backfill, however many pushes want them all', async () => {
    const [pushing, looking] = databases.map((database) => new RequestBudget(database));
    if (pushing === undefined || looking === undefined) throw new Error('there is no process');
    const busy = { registry: 'eighth', identity: 'nobody', limits: { ...limits, read: { perMinute: 3_000 } } };
    const stop = new AbortController();
    const given = { push: 0, user: 0, rescan: 0, backfill: 0 };
    const flood = async (budget: RequestBudget, lane: Lane) => {
      for (; !stop.signal.aborted; given[lane] += 1)
        await budget
          .gate(busy, lane)
          .pass('read', stop.signal)
          .catch(() => (given[lane] -= 1));
    };
    const floods = Array.from({ length: 40 }, () => flood(pushing, 'push'));
    while (given.push < 250) await sleep(10);
    const before = given.push;
    floods.push(flood(looking, 'user'), flood(looking, 'rescan'), flood(looking, 'backfill'));
    const waitUntil = Date.now() + 20_000;
    while ((given.user < 5 || given.rescan < 5) && Date.now() < waitUntil) await sleep(10);
    stop.abort();
    await Promise.all(floods);
    expect(Math.min(given.user, given.rescan)).toBeGreaterThanOrEqual(5);
    expect(given.push - before).toBeGreaterThan(given.user + given.rescan);
    expect(given.backfill).toBe(0);
  }, 30_000);

  it('is not waited for by whom others wait for, when that would take long', async () => {
    const [database] = databases;
    if (database === undefined) throw new Error('there is no process');
    const budget = new RequestBudget(database);
    const long = { registry: 'long', identity: 'nobody', limits };
    const [hurried, patient] = [budget.gate(long, 'push', { longestWaitMs: 1_500 }), budget.gate(long, 'push')];
    await hurried.refused('read', 1);
    await hurried.pass('read', undefined);
    await hurried.refused('read', 3);
    const waiting = patient.pass('read', undefined);
    const refusal = { code: 'registry-throttled', retryAfterSeconds: 3 };
    await expect(hurried.pass('read', undefined)).rejects.toMatchObject(refusal);
    await waiting;
  });

  it('is not waited for by whoever gave up', async () => {
    const [client] = processes('third');
    const stop = new AbortController();
    const [database] = databases;
    if (client === undefined || database === undefined) throw new Error('there is no process');
    const gate = new RequestBudget(database).gate({ registry: 'third', identity: 'nobody', limits }, 'push');
    await gate.refused('read', 3_600);
    const waiting = gate.pass('read', stop.signal);
    stop.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
  });
});
