import { createHmac, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcrEmulator } from '@tidewaiter/acr-emulator';
import { fastify, type FastifyInstance } from 'fastify';
import { UserError } from '@tidewaiter/kit';
import { takeOutboundAttempts } from '@tidewaiter/testing';
import { deleteDeliveries } from './delete-deliveries';
import { registerHookRoutes } from './hook-routes';
import { DeliverySite, onGrid, push, resourceId, secret, unreachable } from './testing/delivery-site';

let site: DeliverySite;
beforeAll(async () => {
  site = await DeliverySite.open();
});
beforeEach(() => site.database.delivery.deleteMany());
afterAll(() => site.close());

function states(): Promise<readonly { state: string; problemCode: string | null }[]> {
  return site.database.delivery.findMany({
    orderBy: [{ receivedAt: 'asc' }, { state: 'asc' }],
    select: { state: true, problemCode: true },
  });
}

describe('an authentic call', () => {
  it('is stored and queued before it is answered', async () => {
    const { waiting } = (await site.queues.counts()).events;
    const answer = await site.call(push('a', '1.0'));
    expect(answer).toMatchObject({ status: 202, duplicates: 0 });
    const [deliveryId = ''] = 'deliveries' in answer ? answer.deliveries : [];
    expect((await site.queues.counts()).events.waiting).toBe(waiting + 1);
    expect(await site.database.delivery.findUniqueOrThrow({ where: { id: deliveryId } })).toMatchObject({
      state: 'received',
      repository: 'team/api',
      tag: '1.0',
      bodyExcerpt: null,
    });
  });

  it('that comes twice, even at once, is one event and says so', async () => {
    const event = push('a', '1.0');
    const answers = await Promise.all([1, 2, 3, 4].map(() => site.call(event)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 202]);
    expect(new Set(answers.flatMap((answer) => ('deliveries' in answer ? answer.deliveries : []))).size).toBe(1);
    expect((await states()).map((row) => row.state).sort()).toEqual([
      'duplicate',
      'duplicate',
      'duplicate',
      'received',
    ]);
    const [original = ''] = answers.flatMap((answer) => ('deliveries' in answer ? answer.deliveries : []));
    const told = await site.database.delivery.findFirstOrThrow({ where: { state: 'duplicate' } });
    expect(told).toMatchObject({ problemCode: 'event-repeated', problem: `delivery ${original} was the same event` });
  });

  it('is kept with the others that come at the same time, each answered with its own', async () => {
    const { waiting } = (await site.queues.counts()).events;
    const events = Array.from({ length: 200 }, (_, n) => push('a', `1.${String(n)}`));
    const answers = await Promise.all(events.map((event) => site.call(event)));
    const ids = answers.flatMap((answer) => ('deliveries' in answer ? answer.deliveries : []));
    const rows = await site.database.delivery.findMany({ where: { id: { in: ids } } });
    const eventOf = new Map(rows.map((row) => [row.id, row.eventId]));
    expect(ids.map((id) => eventOf.get(id))).toEqual(events.map((event) => event.id));
    // 20 are one job; the first call did not wait for others.
    const jobs = (await site.queues.counts()).events.waiting - waiting;
    expect(jobs).toBeGreaterThanOrEqual(10);
    expect(jobs).toBeLessThanOrEqual(20);
  });

  it('may have an id that no index takes', async () => {
    const event = { ...push('a', '1.0'), id: '\u{1f40b}'.repeat(512) };
    expect(await site.call(event)).toMatchObject({ status: 202 });
    expect(await site.call(event)).toMatchObject({ status: 200, duplicates: 1 });
  });

  it('is no duplicate of the same event of another registry', async () => {
    const event = push('a', '1.0');
    expect(await site.call(event)).toMatchObject({ status: 202 });
    expect(await site.call({ events: [event] }, { source: 'distribution' })).toMatchObject({ status: 202 });
  });

  it('that cannot be read is kept with its beginning and its reason', async () => {
    const body = `{"action":\u0000 ${'x'.repeat(5_000)}`;
    expect(await site.call(body)).toMatchObject({ status: 400, refusal: { code: 'hook-not-json' } });
    const row = await site.database.delivery.findFirstOrThrow();
    expect(row).toMatchObject({ state: 'rejected', problemCode: 'hook-not-json' });
    expect(row.bodyExcerpt).toHaveLength(2_000);
  });

  it('may carry what Postgres has no character for', async () => {
    expect(await site.call({ ...push('a', '1.0'), id: 'nul\u0000' })).toMatchObject({ status: 202 });
  });

  it('with thousands of broken events makes some rows, and takes the good ones', async () => {
    const broken = Array.from({ length: 500 }, () => ({ action: 'push' }));
    const answer = await site.call({ events: [...broken, push('a', '1.0')] }, { source: 'distribution' });
    expect(answer).toMatchObject({ status: 202 });
    expect(await states()).toHaveLength(22);
    const more = await site.database.delivery.findFirst({ where: { problem: { startsWith: '480 more' } } });
    expect(more).not.toBeNull();
  });
});

describe('a stranger', () => {
  it.each([
    [401, 'webhook-secret-wrong', { secret: 'guess' }],
    [401, 'webhook-secret-wrong', { secret: undefined }],
    [401, 'webhook-secret-wrong', { secret: '' }],
    [401, 'webhook-secret-wrong', { secret: `${secret}x` }],
    [404, 'registry-unknown', { registry: 'nobody' }],
    // A registry without a secret accepts nobody, not everybody.
    [401, 'webhook-secret-wrong', { registry: 'open', secret: '' }],
    [401, 'webhook-secret-wrong', { registry: 'open', secret: undefined }],
  ])('is answered %d %s', async (status, code, change) => {
    expect(await site.call(push('a', '1.0'), change)).toMatchObject({ status, refusal: { code } });
    expect(await site.database.delivery.count({ where: { state: 'received' } })).toBe(0);
  });

  it('leaves rows without its words, and not more than so many a minute', async () => {
    const own = await DeliverySite.open();
    for (let n = 0; n < 40; n += 1) await own.call('SECRET WORDS', { secret: 'guess' });
    const rows = await own.database.delivery.findMany();
    // Two when a minute ended in between.
    expect([30, 40]).toContain(rows.length);
    expect(rows.every((row) => row.bodyExcerpt === '')).toBe(true);
    await own.close();
  });
});

describe('the routes', () => {
  let server: FastifyInstance;
  beforeAll(async () => {
    server = fastify();
    await registerHookRoutes(server, site.receive);
  });
  afterAll(() => server.close());

  const authorization = `Bearer ${secret}`;
  const post = (payload: string, headers: Record<string, string>, path = '/hooks/acr/test') =>
    server.inject({ method: 'POST', url: path, payload, headers });

  it.each([
    ['a bearer token', { authorization }],
    ['a header of its own', { 'x-webhook-token': secret }],
  ])('take the secret as %s, whatever the content type', async (_name, headers) => {
    for (const type of [{ 'content-type': 'application/json' }, { 'content-type': 'text/odd' }, {}]) {
      const answer = await post(JSON.stringify(push('b', '1.0')), { ...headers, ...type });
      expect(answer.statusCode).toBe(202);
    }
  });

  it('refuse a stranger with a problem document and a challenge', async () => {
    const answer = await post('{}', { 'content-type': 'application/json' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json()).toMatchObject({ code: 'webhook-secret-wrong' });
    expect(answer.body).not.toContain(secret);
  });

  it('refuse a body that is too large, and keep that it came', async () => {
    const answer = await post(`"${'x'.repeat(300_000)}"`, { authorization, 'content-type': 'application/json' });
    expect(answer.statusCode).toBe(413);
    expect(await states()).toEqual([{ state: 'rejected', problemCode: 'webhook-too-large' }]);
  });

  it('refuse what states no type of a body, and keep that it came', async () => {
    const answer = await post('{}', { authorization, 'content-type': 'nonsense;;' });
    expect([answer.statusCode, answer.json()]).toMatchObject([415, { code: 'webhook-type-invalid' }]);
    expect(await states()).toEqual([{ state: 'rejected', problemCode: 'webhook-type-invalid' }]);
  });

  it("take JSON after a byte order mark, and GitHub's in a form, signed as it is sent", async () => {
    expect((await post(`\uFEFF${JSON.stringify(push('a', '1.0'))}`, { authorization })).statusCode).toBe(202);
    const version = { version: `sha256:${'a'.repeat(64)}`, container_metadata: { tag: { name: '1.0' } } };
    const published = { name: 'api', namespace: 'team', package_type: 'CONTAINER', package_version: version };
    const event = JSON.stringify({ action: 'published', registry_package: published });
    const form = new URLSearchParams({ payload: event }).toString();
    const signature = `sha256=${createHmac('sha256', secret).update(form).digest('hex')}`;
    const answer = await post(
      form,
      { 'content-type': 'application/x-www-form-urlencoded', 'x-hub-signature-256': signature },
      '/hooks/github/test',
    );
    expect(answer.statusCode).toBe(202);
    const row = await site.database.delivery.findFirst({ where: { source: 'github' } });
    expect(row).toMatchObject({ state: 'received', repository: 'team/api', tag: '1.0', digest: version.version });
  });

  it('tell a call without a body that it is not JSON', async () => {
    expect(
      (await server.inject({ method: 'POST', url: '/hooks/acr/test', headers: { authorization } })).statusCode,
    ).toBe(400);
  });

  it('take the secret in the address, for senders that can set no header', async () => {
    const hub = { push_data: { tag: '1.0', pushed_at: 1 }, repository: { repo_name: 'team/api' } };
    const to = (query: string) => post(JSON.stringify(hub), {}, `/hooks/dockerhub/test${query}`);
    expect((await to(`?secret=${secret}`)).statusCode).toBe(202);
    expect((await to('?secret=guess')).statusCode).toBe(401);
    expect((await to('')).statusCode).toBe(401);
  });

  it('ask to send again what cannot be proved because no key opens the secret, and keep that it came', async () => {
    const row = { kind: 'acr', url: 'https://sealed.azurecr.test', managedBy: 'rest' };
    const where = { name: 'sealed' };
    const { id } = await site.database.registry.upsert({ where, create: { ...where, ...row }, update: row });
    const fault = new UserError('registry-sealed', 'the key "k1" is lost');
    site.directory.setStored([{ id, name: 'sealed', endpoint: row.url, since: new Date(), fault }]);
    const answer = await post(JSON.stringify(push('a', '1.0')), { authorization }, '/hooks/acr/sealed');
    site.directory.setStored([]);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '60']);
    expect(answer.json()).toMatchObject({ code: 'registry-sealed' });
    // A stranger is not told which key it is.
    expect(answer.body).not.toContain('k1');
    expect(await site.database.delivery.findMany()).toMatchObject([
      { registryId: id, state: 'rejected', problemCode: 'registry-sealed', problem: 'the key "k1" is lost' },
    ]);
  });

  it('know no other sources', async () => {
    expect((await post('{}', { authorization }, '/hooks/other/test')).statusCode).toBe(404);
  });
});

describe('the hook of Event Grid', () => {
  let server: FastifyInstance;
  beforeAll(async () => {
    server = fastify();
    await registerHookRoutes(server, site.receive);
  });
  afterAll(() => server.close());

  const authorization = `Bearer ${secret}`;
  const send = (document: unknown, { headers = { authorization }, registry = 'grid' }: SendOptions = {}) =>
    server.inject({
      method: 'POST',
      url: `/hooks/eventgrid/${registry}`,
      payload: JSON.stringify(document),
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    });
  const ask = (query: string, headers: Record<string, string>) =>
    server.inject({ method: 'OPTIONS', url: `/hooks/eventgrid/grid${query}`, headers });

  const validation = (validationUrl: string) => ({
    ...onGrid({}),
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    data: { validationCode: 'code-1', validationUrl },
  });

  it('takes both of its schemas, and the same event by both is one', async () => {
    const event = push('a', '1.0');
    const { eventType: type, topic: source, ...rest } = onGrid(event);
    const first = await send([{ eventType: type, topic: source, ...rest }]);
    expect([first.statusCode, first.json()]).toEqual([202, expect.objectContaining({ duplicates: 0 })]);
    const cloud = { specversion: '1.0', type, source, id: rest.id, data: event };
    const second = await send(cloud, { headers: { authorization, 'content-type': 'application/cloudevents+json' } });
    expect([second.statusCode, second.json()]).toEqual([200, expect.objectContaining({ duplicates: 1 })]);
  });

  it('answers the handshake with the code, and keeps that it was asked', async () => {
    const answer = await send([validation('https://example.com/')]);
    expect([answer.statusCode, answer.json()]).toEqual([200, { validationResponse: 'code-1' }]);
    const row = await site.database.delivery.findFirstOrThrow();
    expect(row).toMatchObject({ action: 'subscription-validation', state: 'received' });
    expect(await site.process.process(row.id)).toEqual({ state: 'processed', scans: 0 });
  });

  it('answers no handshake of a stranger or of another registry', async () => {
    expect((await send([validation('')], { headers: {} })).statusCode).toBe(401);
    const forged = { ...validation(''), topic: `${resourceId}x` };
    expect((await send([forged])).statusCode).toBe(403);
    expect(await states()).toMatchObject([{ state: 'rejected' }, { problemCode: 'event-of-another-registry' }]);
  });

  it('asks the address of the handshake only when the operator allows it, and only of Event Grid', async () => {
    const address = 'https://rp-westeurope.eventgrid.azure.net:553/validate?id=1';
    await send([validation(address)], { registry: 'test' });
    await send([validation('https://169.254.169.254/')]);
    expect(takeOutboundAttempts()).toEqual([]);
    await send([validation(address)]);
    const attempts = await eventually(takeOutboundAttempts);
    expect(attempts.map(({ target }) => target)).toEqual(['rp-westeurope.eventgrid.azure.net']);
  });

  it('lets Event Grid send CloudEvents, when it knows the secret', async () => {
    const origin = { 'webhook-request-origin': 'eventgrid.azure.net', 'webhook-request-rate': '120' };
    const granted = await ask(`?secret=${secret}`, origin);
    expect(granted.statusCode).toBe(200);
    expect(granted.headers).toMatchObject({
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '*',
      allow: 'POST',
    });
    expect((await ask('', { ...origin, authorization })).statusCode).toBe(200);
    expect((await ask('', origin)).statusCode).toBe(401);
    expect((await ask(`?secret=${secret}`, { 'webhook-request-origin': 'example.com' })).statusCode).toBe(403);
    expect((await ask(`?secret=${secret}`, {})).statusCode).toBe(403);
  });

  it('agrees with an Event Grid by both handshakes, and hears of a push by each', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tidewaiter-grid-'));
    const url = `${await server.listen({ port: 0, host: '127.0.0.1' })}/hooks/eventgrid/grid?secret=${secret}`;
    const emulator = await startAcrEmulator({
      dataDir,
      port: 0,
      users: [{ username: 'admin', password: 'a-password' }],
      resourceId,
      eventSubscriptions: (['eventgrid', 'cloudevents'] as const).map((schema) => ({ name: schema, url, schema })),
    });
    expect(await emulator.handshakes()).toEqual({ eventgrid: 'active', cloudevents: 'active' });
    const headers = {
      authorization: `Basic ${Buffer.from('admin:a-password').toString('base64')}`,
      'content-type': 'application/vnd.oci.image.index.v1+json',
    };
    const index = { schemaVersion: 2, mediaType: headers['content-type'], manifests: [] };
    const pushed = await fetch(`${emulator.url}/v2/team/api/manifests/1`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(index),
    });
    expect(pushed.status).toBe(201);
    await emulator.webhooksSettled();
    await emulator.close();
    await rm(dataDir, { recursive: true });
    const rows = await site.database.delivery.findMany({ where: { action: 'push' } });
    expect(rows.map(({ source, repository, tag, state }) => [source, repository, tag, state])).toEqual([
      ['eventgrid', 'team/api', '1', 'received'],
      ['eventgrid', 'team/api', '1', 'received'],
    ]);
  });

  it('answers so that Event Grid sends again what we cannot keep at the moment', async () => {
    const queues = { ...site.queues, enqueueMany: () => Promise.reject(unreachable) };
    const broken = fastify();
    await registerHookRoutes(broken, site.receiveWith(queues));
    const payload = JSON.stringify([onGrid(push('a', '1.0'))]);
    const answer = await broken.inject({
      method: 'POST',
      url: '/hooks/eventgrid/grid',
      payload,
      headers: { authorization },
    });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5']);
    await broken.close();
  });
});

interface SendOptions {
  readonly headers?: Record<string, string>;
  readonly registry?: string;
}

async function eventually<T>(look: () => readonly T[]): Promise<readonly T[]> {
  for (let looks = 0; looks < 100; looks += 1) {
    const found = look();
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return [];
}

it('is deleted when it is old enough, unless it still waits to be looked at', async () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const told = { registryName: 'test', source: 'acr' };
  const rows = [
    { state: 'processed', receivedAt: daysAgo(91) },
    { state: 'rejected', receivedAt: daysAgo(400) },
    { state: 'received', receivedAt: daysAgo(91) },
    { state: 'processed', receivedAt: daysAgo(89) },
  ];
  await site.database.delivery.createMany({ data: rows.map((row) => ({ ...told, ...row, id: randomUUID() })) });
  expect(await deleteDeliveries(site.database, daysAgo(90))).toBe(2);
  expect((await states()).map((row) => row.state)).toEqual(['received', 'processed']);
});
