import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Items = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });
const known = { scanned: 0, partial: 0, unsupported: 0, excluded: 0 };
const zero = { ...known, queued: 0, running: 0, failed: 0, cancelled: 0, unscanned: 0, deleted: 0, total: 0 };

let api: StartedApi;
let fleet: Fleet;

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  await fleet.addImage({ name: 'good', repository: 'a', tags: ['v1', 'v2'] });
  await fleet.addImage({ name: 'half', repository: 'a', tags: ['v3'], state: 'partial' });
  await fleet.addImage({ name: 'windows', repository: 'a', tags: ['win'], state: 'unsupported' });
  await fleet.addImage({ name: 'untagged', repository: 'a' });
  await fleet.addImage({ name: 'm1', repository: 'b', tags: ['v1'], index: 'multi', platform: 'linux/amd64' });
  await fleet.addImage({ name: 'm2', repository: 'b', tags: ['v1'], index: 'multi', platform: 'linux/arm64' });
  for (const state of ['queued', 'running']) {
    await fleet.addScan(await fleet.addManifest('main', 'c', state, [state]), { state });
  }
  await fleet.addScan(await fleet.addManifest('main', 'c', 'failed', ['failed']), {
    state: 'failed',
    errorCode: 'registry-denied',
    error: 'the registry refused',
    attempts: 3,
  });
  await fleet.addScan(await fleet.addManifest('main', 'c', 'empty', ['empty']), { state: 'finished' });
  await fleet.addManifest('main', 'c', 'never', ['never']);
  // A rescan that failed takes the last good verdict away from nobody.
  const rescanned = await fleet.addManifest('main', 'a', 'good');
  await fleet.addScan(rescanned, { state: 'failed', requestedAt: new Date(Date.now() + 60_000), errorCode: 'x' });
  // The first platform of a first scan is known, the rest is not.
  await fleet.addImage({ name: 'first', repository: 'd', tags: ['v1'], index: 'half done', scan: 'running' });
}, 60_000);
afterAll(() => api.stop());

async function list(path: string) {
  const answer = await api.get(path);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return Items.parse(answer.json()).items;
}

describe('the coverage ledger', () => {
  it('accounts for everything, by repository', async () => {
    const accessLost = null;
    expect((await api.get('/api/v1/coverage')).json()).toEqual({
      totals: {
        scanned: 6,
        partial: 1,
        queued: 1,
        running: 2,
        failed: 1,
        unsupported: 2,
        excluded: 0,
        cancelled: 0,
        unscanned: 1,
        deleted: 0,
        total: 14,
      },
      repositories: [
        {
          registry: 'main',
          repository: 'a',
          counts: { ...zero, scanned: 3, partial: 1, unsupported: 1, total: 5 },
          accessLost,
        },
        { registry: 'main', repository: 'b', counts: { ...zero, scanned: 2, total: 2 }, accessLost },
        {
          registry: 'main',
          repository: 'c',
          counts: { ...zero, queued: 1, running: 1, failed: 1, unsupported: 1, unscanned: 1, total: 5 },
          accessLost,
        },
        { registry: 'main', repository: 'd', counts: { ...zero, scanned: 1, running: 1, total: 2 }, accessLost },
      ],
    });
  });

  it('counts what its entries list', async () => {
    const totals = z
      .object({ totals: z.record(z.string(), z.number()) })
      .parse((await api.get('/api/v1/coverage')).json()).totals;
    for (const [state, count] of Object.entries(totals)) {
      const query = state === 'total' ? '' : `?state=${state}`;
      expect({ state, count: (await list(`/api/v1/coverage/entries${query}`)).length }).toEqual({ state, count });
    }
  });

  it('says of each entry where, what and why', async () => {
    const entries = await list('/api/v1/coverage/entries?repository=c');
    expect(entries).toEqual([
      expect.objectContaining({ tag: 'never', state: 'unscanned', scan: null, reason: null }),
      expect.objectContaining({
        tag: 'empty',
        state: 'unsupported',
        reason: expect.objectContaining({ code: 'no-image' }),
      }),
      {
        registry: 'main',
        repository: 'c',
        tag: 'failed',
        digest: fleet.digest('failed'),
        imageDigest: null,
        platform: null,
        state: 'failed',
        reason: { code: 'registry-denied', message: 'the registry refused' },
        excludedBy: null,
        nextTryAt: null,
        pause: null,
        scan: { id: expect.any(String), state: 'failed' },
      },
      expect.objectContaining({ tag: 'running', state: 'running' }),
      expect.objectContaining({ tag: 'queued', state: 'queued' }),
    ]);
    const [partial] = await list('/api/v1/coverage/entries?state=partial');
    expect(partial).toMatchObject({ tag: 'v3', reason: { code: 'package-database-unreadable' } });
    const rescanned = await list('/api/v1/coverage/entries?repository=a&state=scanned');
    expect(rescanned.filter((entry) => entry['digest'] === fleet.digest('good'))).toEqual([
      expect.objectContaining({ tag: 'v1', state: 'scanned', scan: expect.objectContaining({ state: 'failed' }) }),
      expect.objectContaining({ tag: 'v2', state: 'scanned' }),
    ]);
  });

  it('forgets what is deleted', async () => {
    await fleet.addImage({ registry: 'old', name: 'old', repository: 'x', tags: ['v1'] });
    expect(await list('/api/v1/coverage/entries?registry=old')).toHaveLength(1);
    await api.database.registry.updateMany({ where: { name: 'old' }, data: { removedAt: new Date() } });
    expect(await list('/api/v1/coverage/entries?registry=old')).toEqual([]);
  });
});

describe('how far behind we are', () => {
  it('tells what waits and how long pushes took', async () => {
    const { json } = await api.get('/api/v1/coverage/lag');
    expect(json()).toMatchObject({
      waiting: 3,
      oldestWaitingAt: expect.any(String),
      pushToVerdict: { budgetSeconds: 60, pushes: expect.any(Number) },
    });
    const metrics = (await api.get('/metrics')).body;
    expect(metrics).toContain('tidewaiter_ledger_entries{state="scanned"} 6\n');
    expect(metrics).toContain('tidewaiter_ledger_unaccounted 0\n');
  });
});

describe('the timeline of a tag', () => {
  const path = '/api/v1/tags/timeline?registry=main&repository=a&tag=v1';

  it('is the newest first, known to be there until its repository was last compared', async () => {
    const { id: repositoryId } = await api.database.repository.findFirstOrThrow({ where: { name: 'a' } });
    const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 10, number));
    const seen = (digest: string | null, source: string, at: number) => ({
      ...{ repositoryId, tag: 'v1', source, digest: digest === null ? null : fleet.digest(digest) },
      ...{ firstSeenAt: minute(at), lastSeenAt: minute(at) },
    });
    const data = [seen('old', 'reconcile', 0), seen('good', 'webhook', 5), seen('old', 'event-grid', 8)];
    await api.database.tagObservation.createMany({ data: [...data, seen(null, 'webhook', 30)] });
    await api.database.repository.update({ where: { id: repositoryId }, data: { comparedAt: minute(50) } });
    expect(await list(path)).toEqual([
      {
        ...{ digest: null, source: 'webhook', current: true, disagrees: false },
        ...{ firstSeenAt: minute(30).toISOString(), lastSeenAt: minute(50).toISOString() },
      },
      expect.objectContaining({ digest: fleet.digest('old'), source: 'event-grid', current: false, disagrees: true }),
      expect.objectContaining({ digest: fleet.digest('good'), disagrees: false }),
      expect.objectContaining({ digest: fleet.digest('old'), source: 'reconcile', disagrees: false }),
    ]);
    const page = Items.parse((await api.get(`${path}&limit=1`)).json());
    const next = Items.parse((await api.get(`${path}&limit=1&cursor=${page.next ?? ''}`)).json());
    expect(next.items).toMatchObject([{ source: 'event-grid', disagrees: true }]);
    await api.database.$executeRaw`
      UPDATE tag_observation SET first_seen_at = first_seen_at + (now() - ${minute(40)}::timestamptz)`;
    expect((await api.get('/api/v1/tags/disagreements?registry=main')).json()).toMatchObject({
      items: [{ repository: 'a', tag: 'v1', digests: [fleet.digest('good'), fleet.digest('old')].sort() }],
    });
  });

  it('of a tag that nobody saw is not there', async () => {
    expect((await api.get(`${path}.1`)).status).toBe(404);
  });
});

describe('walks', () => {
  it('are listed with what became of them', async () => {
    const { id: registryId } = await api.database.registry.findFirstOrThrow({ where: { name: 'main' } });
    const walk = (isFull: boolean, more: object) =>
      api.database.reconcileRun.create({ data: { id: randomUUID(), registryId, cause: 'schedule', isFull, ...more } });
    await walk(true, { startedAt: new Date('2026-01-01'), finishedAt: new Date(), repositories: 7 });
    await walk(false, { problemCode: 'reconcile-interrupted', problem: 'stopped', owner: randomUUID(), cursor: 'b' });
    expect(await list('/api/v1/registries/main/reconciles')).toMatchObject([
      { state: 'interrupted', full: false, cursor: 'b', problem: { code: 'reconcile-interrupted' }, finishedAt: null },
      { state: 'finished', full: true, repositories: 7, problem: null },
    ]);
    expect((await api.get('/api/v1/registries/nowhere/reconciles')).status).toBe(404);
  });
});

describe('scans', () => {
  it('are listed newest first and filtered', async () => {
    const all = await list('/api/v1/scans');
    const times = all.map((scan) => String(scan['requestedAt']));
    expect(times).toEqual([...times].sort().reverse());
    expect(await list('/api/v1/scans?state=failed&repository=c')).toEqual([
      expect.objectContaining({
        registry: 'main',
        repository: 'c',
        digest: fleet.digest('failed'),
        cause: 'push',
        state: 'failed',
        attempts: 3,
        pulledBytes: 0,
        startedAt: null,
        error: { code: 'registry-denied', message: 'the registry refused' },
      }),
    ]);
    expect(await list(`/api/v1/scans?digest=${fleet.digest('queued')}`)).toHaveLength(1);
    expect(await list('/api/v1/scans?registry=nowhere')).toEqual([]);
  });

  it('answer one by one', async () => {
    const [scan] = await list('/api/v1/scans?state=queued');
    expect((await api.get(`/api/v1/scans/${String(scan?.['id'])}`)).json()).toEqual(scan);
    const missing = await api.get(`/api/v1/scans/${randomUUID()}`);
    expect({ status: missing.status, body: missing.json() }).toMatchObject({
      status: 404,
      body: { code: 'scan-not-found' },
    });
    expect((await api.get('/api/v1/scans/7')).status).toBe(400);
  });
});

describe('deliveries', () => {
  it('show the rejected ones with the reason', async () => {
    await api.database.delivery.create({
      data: {
        id: randomUUID(),
        registryName: 'main',
        source: 'acr',
        state: 'rejected',
        problemCode: 'payload-invalid',
        problem: 'target.digest is missing',
        bodyExcerpt: '{"oops":1}',
      },
    });
    await api.database.delivery.create({
      data: { id: randomUUID(), registryName: 'other', source: 'acr', state: 'processed', action: 'push' },
    });
    expect(await list('/api/v1/deliveries?state=rejected')).toEqual([
      expect.objectContaining({
        registry: 'main',
        problem: { code: 'payload-invalid', message: 'target.digest is missing' },
        bodyExcerpt: '{"oops":1}',
      }),
    ]);
    expect(await list('/api/v1/deliveries?registry=other')).toHaveLength(1);
    expect(await list('/api/v1/deliveries?action=push&source=acr')).toHaveLength(1);
    expect(await list('/api/v1/deliveries?source=eventgrid')).toEqual([]);
    expect(await list('/api/v1/deliveries?repository=team/api')).toEqual([]);
    expect(await list('/api/v1/deliveries')).toHaveLength(2);
  });
});

describe('registries and feeds', () => {
  it('are told without their credentials', async () => {
    await fleet.addVulnerability('CVE-1');
    const frozen = { 'Ubuntu:20.04:LTS': '2026-11-20T10:00:00.000Z' };
    await api.database.feedState.updateMany({ data: { frozen, problems: 3 } });
    const registries = await api.get('/api/v1/registries');
    const feeds = await api.get('/api/v1/feeds');
    expect(registries.json()).toMatchObject({
      items: [
        { name: 'main', kind: 'oci', url: 'https://main.example', repositoryCount: 4, removedAt: null },
        { name: 'old', removedAt: expect.any(String) },
      ],
      next: null,
    });
    expect(feeds.json()).toMatchObject({
      items: [{ id: 'osv:spec', feed: 'osv', state: 'ok', signatures: null, source: 'https://feeds.example/all.zip' }],
    });
    const metrics = await api.get('/metrics');
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.body).toContain('\ntidewaiter_feed_failing{feed="osv:spec"} 0\n');
    expect(metrics.body).toContain('\ntidewaiter_feed_frozen_releases{feed="osv:spec"} 1\n');
    expect(metrics.body).toContain('\ntidewaiter_feed_problems{feed="osv:spec"} 2\n');
    expect(registries.body + feeds.body + metrics.body).not.toContain('secret');
  });
});
