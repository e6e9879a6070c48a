import { ApiKeys } from '@tidewaiter/features/accounts';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Event = z.looseObject({ kind: z.string() });

let api: StartedApi;
let fleet: Fleet;
let keys: { readonly read: string; readonly scan: string; readonly admin: string };

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  const apiKeys = api.app.nest.get(ApiKeys, { strict: false });
  const secretOf = async (scope: 'scan' | 'admin') => (await apiKeys.createKey(`the ${scope} key`, [scope])).secret;
  keys = { read: api.key, scan: await secretOf('scan'), admin: await secretOf('admin') };
}, 60_000);
afterAll(() => api.stop());

async function post(path: string, key: keyof typeof keys, payload?: object) {
  const headers = { authorization: `Bearer ${keys[key]}` };
  const answer = await api.app.server.inject({
    ...{ method: 'POST', url: path, headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const body: unknown = answer.body === '' ? null : answer.json();
  return { status: answer.statusCode, body };
}

async function get(path: string): Promise<unknown> {
  return (await api.get(path)).json();
}

async function waitingScan(name: string, lane = 'backfill'): Promise<string> {
  const manifestId = await fleet.addManifest('main', 'team/api', name, [name]);
  return (await fleet.addScan(manifestId, { state: 'queued', lane })).id;
}

describe('the sources of advisories', () => {
  it('are looked at at once when somebody asks: they are due then, and no other planned work', async () => {
    const planned = ['feed.refresh osv:spec', 'registry.reconcile 1'];
    await api.database.scheduleRun.createMany({ data: planned.map((key) => ({ key, lastRunAt: new Date() })) });
    expect(await post('/api/v1/feeds/refresh', 'read')).toMatchObject({ status: 403 });
    expect(await post('/api/v1/feeds/refresh', 'scan')).toEqual({ status: 202, body: null });
    const done = await api.database.scheduleRun.findMany({ select: { key: true } });
    expect(done).toEqual([{ key: 'registry.reconcile 1' }]);
  });
});

describe('a scan that waits', () => {
  it('is cancelled by whoever may scan, once', async () => {
    const id = await waitingScan('cancelled');
    expect(await post(`/api/v1/scans/${id}/cancel`, 'read')).toMatchObject({ status: 403 });
    expect(await post(`/api/v1/scans/${id}/cancel`, 'scan')).toEqual({ status: 204, body: null });
    expect(await get(`/api/v1/scans/${id}`)).toMatchObject({ state: 'cancelled', error: { code: 'scan-cancelled' } });
    expect(await post(`/api/v1/scans/${id}/cancel`, 'scan')).toMatchObject({
      ...{ status: 409, body: { code: 'scan-not-waiting' } },
    });
    const nobodys = `/api/v1/scans/${crypto.randomUUID()}/cancel`;
    expect(await post(nobodys, 'scan')).toMatchObject({ status: 404, body: { code: 'scan-not-found' } });
    expect(await api.database.scan.findUnique({ where: { id } })).toMatchObject({ cancelledBy: 'the scan key' });
  });

  it('is moved to another lane', async () => {
    const id = await waitingScan('moved');
    const path = `/api/v1/scans/${id}/lane`;
    expect(await post(path, 'scan', { lane: 'fast' })).toMatchObject({ status: 400 });
    expect(await post(path, 'scan', { lane: 'push' })).toEqual({ status: 204, body: null });
    const queued = { lane: 'push', queued: 1, running: 0, pause: null };
    expect(await get('/api/v1/lanes')).toMatchObject({ items: [queued, { lane: 'user' }, {}, {}] });
  });
});

describe('a pause', () => {
  const pause = { reason: 'the registry moves tonight', by: 'the admin key', since: expect.any(String) };

  it.each([
    { name: 'of a registry', place: '/api/v1/registries/main' },
    { name: 'of a lane', place: '/api/v1/lanes/user' },
  ])('$name is shown until it is resumed', async ({ place }) => {
    const id = await waitingScan('held', 'user');
    const { reason } = pause;
    expect(await post(`${place}/pause`, 'scan', { reason })).toMatchObject({ status: 403 });
    expect(await post(`${place}/pause`, 'admin', { reason: '  ' })).toMatchObject({ status: 400 });
    expect(await post(`${place}/pause`, 'admin', { reason })).toEqual({ status: 200, body: pause });
    expect(await post(`${place}/pause`, 'admin', { reason })).toMatchObject({
      ...{ status: 409, body: { code: 'already-paused', detail: expect.stringContaining(reason) } },
    });
    const ledger = await get('/api/v1/coverage/entries?repository=team/api&state=queued');
    expect(ledger).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ tag: 'held', pause })]) });
    const isRegistry = place.includes('registries');
    expect(await get('/api/v1/registries/main')).toMatchObject({ pause: isRegistry ? pause : null });
    expect(await get('/api/v1/lanes')).toMatchObject({ items: [{}, { pause: isRegistry ? null : pause }, {}, {}] });
    const held = await api.database.scan.count({ where: { state: 'queued', ...(isRegistry ? {} : { lane: 'user' }) } });
    expect(await get('/api/v1/coverage/lag')).toMatchObject({ heldBack: held });
    expect((await api.get('/metrics')).body).toContain(`\ntidewaiter_scans_held_back ${String(held)}\n`);
    expect(await post(`${place}/resume`, 'admin')).toEqual({ status: 204, body: null });
    expect(await post(`${place}/resume`, 'admin')).toMatchObject({ status: 409, body: { code: 'not-paused' } });
    expect(await get('/api/v1/coverage/lag')).toMatchObject({ heldBack: 0 });
    await api.database.scan.update({ where: { id }, data: { state: 'finished' } });
  });

  it('of what is not there is refused', async () => {
    const order = { reason: 'why not' };
    expect(await post('/api/v1/registries/nowhere/pause', 'admin', order)).toMatchObject({ status: 404 });
    expect(await post('/api/v1/lanes/fast/pause', 'admin', order)).toMatchObject({ status: 400 });
  });
});

describe('the event stream', () => {
  it('tells of a pause, with who and why', async () => {
    const { url } = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const stop = new AbortController();
    const stream = await fetch(`${url}/api/v1/events?kind=work.paused,work.resumed`, {
      ...{ headers: { authorization: `Bearer ${keys.read}` }, signal: stop.signal },
    });
    const told = eventsOf(stream, 2);
    await post('/api/v1/lanes/rescan/pause', 'admin', { reason: 'quota' });
    await post('/api/v1/lanes/rescan/resume', 'admin');
    expect(await told).toMatchObject([
      { kind: 'work.paused', payload: { lane: 'rescan', reason: 'quota', by: 'the admin key' } },
      { kind: 'work.resumed', payload: { lane: 'rescan', by: 'the admin key' } },
    ]);
    stop.abort();
  });
});

describe('the metrics of the request budgets', () => {
  it('say what may be sent, what was sent and what was refused', async () => {
    const budget = { registry: 'main.example', identity: 'basic scanner', operation: 'read' };
    const state = { tokens: 12.7, perMinute: 240.4, filledAt: new Date(), closedUntil: new Date(Date.now() + 30_000) };
    await api.database.requestBudget.create({ data: { ...budget, ...state, granted: 900, waited: 31, refused: 2 } });
    const { body } = await api.get('/metrics');
    const labels = '{registry="main.example",identity="basic scanner",operation="read"}';
    for (const line of [
      `tidewaiter_registry_tokens${labels} 12`,
      `tidewaiter_registry_requests_per_minute${labels} 240`,
      `tidewaiter_registry_requests_total${labels} 900`,
      `tidewaiter_registry_waits_total${labels} 31`,
      `tidewaiter_registry_refusals_total${labels} 2`,
    ])
      expect(body).toContain(`\n${line}\n`);
    const [, closed = ''] = /^tidewaiter_registry_closed_seconds\{.+\} (\d+)$/m.exec(body) ?? [];
    expect(Number(closed)).toBeGreaterThan(0);
    expect(Number(closed)).toBeLessThanOrEqual(30);
    expect(body).toContain('# TYPE tidewaiter_registry_refusals_total counter\n');
  });
});

async function eventsOf(stream: Response, count: number): Promise<readonly z.infer<typeof Event>[]> {
  let text = '';
  for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    const data = [...text.matchAll(/^data: (.+)$/gm)].flatMap(([, json]) => (json === undefined ? [] : [json]));
    if (data.length >= count) return data.map((json) => Event.parse(JSON.parse(json)));
  }
  throw new Error(`the stream ended: ${text}`);
}
