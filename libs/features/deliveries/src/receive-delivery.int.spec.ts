import { fastify, type FastifyInstance } from 'fastify';
import { registerHookRoutes } from './hook-routes';
import { DeliverySite, push, secret } from './testing/delivery-site';

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
    const answer = await site.call(push('a', '1.0'));
    expect(answer).toMatchObject({ status: 202, duplicates: 0 });
    const [deliveryId = ''] = 'deliveries' in answer ? answer.deliveries : [];
    expect(await site.queues.stateOf('delivery.process', { deliveryId })).toBe('waiting');
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

  it('tell a call without a body that it is not JSON', async () => {
    expect(
      (await server.inject({ method: 'POST', url: '/hooks/acr/test', headers: { authorization } })).statusCode,
    ).toBe(400);
  });

  it('know no other sources', async () => {
    expect((await post('{}', { authorization }, '/hooks/other/test')).statusCode).toBe(404);
  });
});
