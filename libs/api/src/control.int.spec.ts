import type { ActuatorRules, RegistryConfig } from '@tidewaiter/config';
import type { Prisma } from '@tidewaiter/db';
import { ApiKeys } from '@tidewaiter/features/accounts';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Event = z.looseObject({ kind: z.string() });

let api: StartedApi;
let fleet: Fleet;
let keys: { readonly read: string; readonly scan: string; readonly admin: string };

beforeAll(async () => {
  const registries = [
    registry('acting', {}),
    registry('dry', { mode: 'dry-run' }),
    registry('quarantine', { actions: ['quarantine'] }),
    registry('off', { mode: 'off' }),
  ];
  api = await startApi({ registries });
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

function registry(name: string, change: Partial<ActuatorRules>): RegistryConfig {
  const actuator: ActuatorRules = {
    ...{ mode: 'on', actions: ['quarantine', 'disable-pull'], holdFrom: 'critical', alertMinutes: 30 },
    ...{ holdExploited: true, holdMalicious: true, releaseUncovered: false },
    ...change,
  };
  const place = { name, kind: 'acr', endpoint: `https://${name}.example`, allowInsecure: false } as const;
  return { ...place, credentials: { kind: 'anonymous' }, webhookSecret: undefined, actuator };
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

describe('a queue that events are fetched from', () => {
  it('is shown with how the last looks at it went, and is among the metrics', async () => {
    const data = { name: 'queued', kind: 'acr', url: 'https://queued.azurecr.io' };
    const { id: registryId } = await api.database.registry.create({ data });
    const place = 'contoso.servicebus.windows.net/events';
    await api.database.eventQueue.create({ data: { registryId, kind: 'service-bus', place } });
    const shown = async () => z.object({ items: z.unknown().array() }).parse(await get('/api/v1/event-queues')).items;
    const nothing = { lookedAt: null, readAt: null, messageAt: null, refusal: null };
    expect(await shown()).toEqual([{ registry: 'queued', kind: 'service-bus', place, state: 'never', ...nothing }]);
    const [read, refused] = ['2026-11-27T10:00:00.000Z', '2026-11-27T10:00:05.000Z'];
    const where = { registryId };
    const refusal = { refusedAt: refused, refusalCode: 'event-queue-denied', refusal: 'the role is missing' };
    await api.database.eventQueue.update({ where, data: { readAt: read, messageAt: read, ...refusal } });
    const why = { code: 'event-queue-denied', message: 'the role is missing', at: refused };
    expect(await shown()).toMatchObject([
      { state: 'failing', lookedAt: refused, readAt: read, messageAt: read, refusal: why },
    ]);
    const { body } = await api.get('/metrics');
    expect(body).toContain('\ntidewaiter_event_queue_failing{registry="queued",kind="service-bus"} 1\n');
    expect(body).toContain('last_message_timestamp_seconds{registry="queued",kind="service-bus"} 1795773600\n');
    await api.database.eventQueue.update({ where, data: { readAt: '2026-11-27T10:00:10.000Z' } });
    expect(await shown()).toMatchObject([{ state: 'ok', refusal: why }]);
    await api.database.registry.update({ where: { id: registryId }, data: { removedAt: new Date() } });
    expect(await shown()).toEqual([]);
  });
});

describe('a registry that no key opens', () => {
  it('is not walked or scanned, whoever asks, and is among the metrics and in the coverage', async () => {
    const data = { name: 'sealed', kind: 'oci', url: 'https://sealed.example' };
    const { id } = await api.database.registry.create({ data });
    const fault = new UserError('registry-sealed', 'the key is lost');
    api.app.nest
      .get(RegistryDirectory, { strict: false })
      .setStored([{ id, name: 'sealed', endpoint: data.url, since: new Date(), fault }]);
    const refused = { status: 409, body: { code: 'registry-sealed', detail: 'the key is lost' } };
    expect(await post('/api/v1/registries/sealed/reconciles', 'scan', {})).toMatchObject(refused);
    expect(await api.database.reconcileRun.count({ where: { registryId: id } })).toBe(0);
    expect(await post('/api/v1/scans', 'scan', { reference: 'sealed.example/team/api:1' })).toMatchObject(refused);
    const manifest = { digest: `sha256:${'5'.repeat(64)}`, mediaType: 'a/b' };
    await api.database.repository.create({
      data: { registryId: id, name: 'team/api', manifests: { create: manifest } },
    });
    const coverage = await api.get('/api/v1/coverage?registry=sealed');
    expect(coverage.json()).toMatchObject({ repositories: [{ accessLost: { code: 'registry-sealed' } }] });
    expect((await api.get('/metrics')).body).toContain('\ntidewaiter_registry_unreadable{registry="sealed"} 1\n');
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

describe('actions', () => {
  const Ordered = z.looseObject({ id: z.string() });
  const place = { registry: 'acting', repository: 'team/api' };
  const order = (change: object) => ({ ...place, digest: fleet.digest('acted on'), reason: 'an incident', ...change });
  const list = async (query: string) => {
    const { items } = z.object({ items: z.array(Ordered) }).parse(await get(`/api/v1/actions?${query}`));
    return items.map(({ id }) => id);
  };

  async function ordered(change: object): Promise<string> {
    const { status, body } = await post('/api/v1/actions', 'admin', order(change));
    expect(status).toBe(202);
    return Ordered.parse(body).id;
  }

  /** As the actuator leaves it. */
  async function done(kind: string, before: Prisma.InputJsonObject, change: object = {}): Promise<string> {
    const { id: registryId } = await api.database.registry.findUniqueOrThrow({ where: { name: place.registry } });
    const digest = fleet.digest(`done ${crypto.randomUUID()}`);
    const row = { id: crypto.randomUUID(), registryId, repository: place.repository, digest, kind, before };
    const end = { state: 'done', dryRun: false, requestedBy: 'rule', reason: 'why', finishedAt: new Date() };
    return (await api.database.registryAction.create({ data: { ...row, ...end, ...change } })).id;
  }

  it('are ordered by an admin, told of with who and why, and given to the actuator', async () => {
    const release = order({ kind: 'release' });
    for (const key of ['read', 'scan'] as const)
      expect(await post('/api/v1/actions', key, release)).toMatchObject({ status: 403 });
    const { status, body } = await post('/api/v1/actions', 'admin', release);
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { ...release, state: 'pending', dryRun: false, requestedBy: 'the admin key', attempts: 0, before: null },
    });
    const { id } = Ordered.parse(body);
    expect(await get(`/api/v1/actions/${id}`)).toEqual(body);
    const { id: registryId } = await api.database.registry.findUniqueOrThrow({ where: { name: place.registry } });
    const queues = api.app.nest.get<Queues>(QUEUES, { strict: false });
    expect(await queues.stateOf('registry.act', { registryId })).toBe('waiting');
    expect(await ordered({ kind: 'release', reason: 'once more' })).toBe(id);
    const hold = await ordered({ kind: 'hold' });
    expect(await get(`/api/v1/actions/${id}`)).toMatchObject({
      ...{ state: 'superseded', outcome: `superseded by action ${hold}`, finishedAt: expect.any(String) },
    });
  });

  it('that failed say when a rule tries again, until somebody decides', async () => {
    const dueAt = new Date(Date.now() + 3_600_000);
    const error = { errorCode: 'locked', error: 'It is locked.' };
    const id = await done('release', { readEnabled: true }, { state: 'failed', dueAt, ...error });
    const failed = { state: 'failed', error: { code: 'locked' }, nextTryAt: dueAt.toISOString() };
    expect(await get(`/api/v1/actions/${id}`)).toMatchObject(failed);
    const { digest } = await api.database.registryAction.findUniqueOrThrow({ where: { id } });
    await ordered({ digest, kind: 'hold', dryRun: true });
    expect(await get(`/api/v1/actions/${id}`)).toMatchObject(failed);
    await ordered({ digest, kind: 'hold' });
    expect(await get(`/api/v1/actions/${id}`)).toMatchObject({ ...failed, nextTryAt: null });
  });

  it('are only planned in a dry run, whoever wants it to be one', async () => {
    const planned = { state: 'planned', dryRun: true, finishedAt: expect.any(String) };
    for (const change of [{ registry: 'dry' }, { dryRun: true }]) {
      const answer = await post(
        '/api/v1/actions',
        'admin',
        order({ kind: 'disable-pull', evenIfRunning: true, ...change }),
      );
      expect(answer).toMatchObject({ status: 202, body: planned });
    }
  });

  it.each([
    [{ registry: 'nowhere' }, 404, 'registry-unknown'],
    [{ registry: 'off' }, 409, 'actuator-off'],
    [{ registry: 'quarantine', kind: 'disable-pull', evenIfRunning: true }, 409, 'action-not-allowed'],
    [{ kind: 'disable-pull' }, 409, 'running-unknown'],
    [{ kind: 'disable-pull', dryRun: true }, 409, 'running-unknown'],
    [{ reason: ' ' }, 400, 'request-invalid'],
    [{ digest: 'latest' }, 400, 'request-invalid'],
    [{ kind: 'decide' }, 400, 'request-invalid'],
    [{ force: true }, 400, 'request-invalid'],
  ])('with %j are refused: %d %s', async (change, status, code) => {
    const rows = await api.database.registryAction.count();
    expect(await post('/api/v1/actions', 'admin', order({ kind: 'hold', ...change }))).toMatchObject({
      ...{ status, body: { code } },
    });
    expect(await api.database.registryAction.count()).toBe(rows);
  });

  it('are listed newest first, and by what is asked for', async () => {
    const digest = fleet.digest('listed');
    const hold = await ordered({ digest, kind: 'hold' });
    const release = await ordered({ digest, kind: 'release' });
    const dry = await ordered({ digest, kind: 'hold', registry: 'dry' });
    const elsewhere = await ordered({ digest, kind: 'hold', repository: 'team/web' });
    const of = `digest=${digest}`;
    expect(await list(of)).toEqual([elsewhere, dry, release, hold]);
    expect(await list(`${of}&registry=acting&repository=team/api`)).toEqual([release, hold]);
    expect(await list(`${of}&kind=release`)).toEqual([release]);
    expect(await list(`${of}&state=superseded`)).toEqual([hold]);
    expect(await list(`${of}&dryRun=true`)).toEqual([dry]);
    expect(await list(`${of}&dryRun=false&kind=hold`)).toEqual([elsewhere, hold]);
    expect(await list('repository=team/nothing')).toEqual([]);
    for (const query of ['kind=undo', 'state=open', 'dryRun=maybe', 'digest=latest', 'limit=0', 'cursor=x', 'by=me'])
      expect({ query, status: (await api.get(`/api/v1/actions?${query}`)).status }).toEqual({ query, status: 400 });
    const unknown = await api.get(`/api/v1/actions/${crypto.randomUUID()}`);
    expect({ status: unknown.status, body: unknown.json() }).toMatchObject({
      ...{ status: 404, body: { code: 'action-not-found' } },
    });
    expect((await api.get('/api/v1/actions/mine')).status).toBe(400);
  });

  it('are taken back once, to what was there before', async () => {
    const reason = 'it was a mistake';
    const [readable, passed] = [{ readEnabled: true }, { readEnabled: true, quarantineState: 'Passed' }];
    for (const [kind, before, inverse] of [
      ['disable-pull', readable, 'restore-pull'],
      ['hold', passed, 'release'],
      ['release', { ...passed, quarantineState: 'Failed' }, 'hold'],
    ] as const) {
      const id = await done(kind, before);
      const path = `/api/v1/actions/${id}/undo`;
      expect(await post(path, 'scan', { reason })).toMatchObject({ status: 403 });
      expect(await post(path, 'admin', {})).toMatchObject({ status: 400 });
      const undo = await post(path, 'admin', { reason });
      const back = { kind: inverse, undoes: id, reason, state: 'pending', requestedBy: 'the admin key' };
      expect(undo).toMatchObject({ status: 202, body: back });
      // While it waits, who asks again is given the same one.
      expect(await post(path, 'admin', { reason })).toEqual(undo);
      await api.database.registryAction.updateMany({ where: { undoes: id }, data: { state: 'done' } });
      expect(await post(path, 'admin', { reason })).toMatchObject({ status: 409, body: { code: 'action-undone' } });
    }
  });

  it('that changed nothing, or to which there is no way back, are not taken back', async () => {
    const readable = { readEnabled: true };
    const ids = [
      await done('release', { ...readable, quarantineState: 'Quarantined' }),
      await done('disable-pull', readable, { state: 'planned', dryRun: true }),
      await done('disable-pull', readable, { state: 'failed' }),
    ];
    for (const id of ids)
      expect(await post(`/api/v1/actions/${id}/undo`, 'admin', { reason: 'why not' })).toMatchObject({
        ...{ status: 409, body: { code: 'action-not-undoable' } },
      });
    const nobodys = `/api/v1/actions/${crypto.randomUUID()}/undo`;
    expect(await post(nobodys, 'admin', { reason: 'why not' })).toMatchObject({
      ...{ status: 404, body: { code: 'action-not-found' } },
    });
  });

  it('mark what is there, counting only unless told otherwise', async () => {
    const path = '/api/v1/actions/mark-existing';
    const mark = { registry: 'acting', reason: 'the policy is switched on tonight' };
    expect(await post(path, 'scan', mark)).toMatchObject({ status: 403 });
    const pending = { kind: 'mark-existing', state: 'pending', repository: null, digest: null };
    const counted = await post(path, 'admin', mark);
    expect(counted).toMatchObject({ status: 202, body: { ...pending, dryRun: true } });
    expect(await post(path, 'admin', { ...mark, dryRun: false })).toMatchObject({
      body: { ...pending, dryRun: false },
    });
    const inDryRun = { ...mark, registry: 'dry', dryRun: false };
    expect(await post(path, 'admin', inDryRun)).toMatchObject({ body: { ...pending, dryRun: true } });
    const queues = api.app.nest.get<Queues>(QUEUES, { strict: false });
    const { id: actionId } = Ordered.parse(counted.body);
    expect(await queues.stateOf('registry.mark-existing', { actionId })).toBe('waiting');
    const refused = { ...mark, registry: 'off' };
    expect(await post(path, 'admin', refused)).toMatchObject({ status: 409, body: { code: 'actuator-off' } });
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
