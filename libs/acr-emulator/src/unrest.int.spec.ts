import type { AcrEmulator } from './emulator';
import { admin, basic, errorCode, Harness, RawClient, sha256 } from './spec-support';

const harness = new Harness();
afterAll(() => harness.close());

const layer = 'abcdefghij'.repeat(1_000);
const path = `/v2/team/api/blobs/${sha256(layer)}`;

async function withLayer(
  options: Parameters<Harness['emulator']>[0],
): Promise<{ emulator: AcrEmulator; client: RawClient }> {
  const emulator = await harness.emulator(options);
  const client = new RawClient(emulator.url);
  await client.pushBlob('team/api', layer);
  return { emulator, client };
}

/** What came, and whether that was the whole. */
async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch {
    return 'broken off';
  }
}

describe('a registry that throttles', () => {
  it("refuses with ACR's headers and body, each identity for itself, and counts", async () => {
    const guest = { username: 'guest', password: 'another-password' };
    const budgets = { read: { registry: 100, identity: 3 } };
    const { emulator, client } = await withLayer({
      users: [admin, guest],
      throttling: { tier: 'basic', budgets, closedSeconds: 30 },
    });
    const reads = [];
    for (let read = 0; read < 4; read += 1) reads.push(await client.send('GET', '/v2/'));
    expect(reads.map((response) => response.status)).toEqual([200, 200, 200, 429]);
    expect(Number(reads[0]?.headers.get('x-ms-ratelimit-remaining-calls-per-second'))).toBeCloseTo(99 / 60, 1);
    const refused = await client.send('GET', path);
    expect([refused.status, refused.headers.get('retry-after'), await errorCode(refused)]).toEqual([
      429,
      '30',
      'TOOMANYREQUESTS',
    ]);
    expect((await new RawClient(emulator.url, basic(guest)).send('GET', path)).status).toBe(200);
    // Writes are counted apart.
    await client.pushBlob('team/api', 'another layer');
    expect(emulator.throttling()).toMatchObject({ allowed: { read: 4 }, refused: { read: 2 }, isExceeded: true });
    const report: unknown = await (await client.send('GET', '/emulator/throttling')).json();
    expect(report).toEqual(emulator.throttling());
  });

  it('is switched on, to other budgets and off while it runs, each time with full budgets', async () => {
    const { emulator, client } = await withLayer({});
    const switchTo = async (body: string) => (await client.send('PUT', '/emulator/throttling', { body })).status;
    const reads = async () => {
      const statuses = [];
      for (let read = 0; read < 4; read += 1) statuses.push((await client.send('GET', '/v2/')).status);
      return statuses;
    };
    expect(await reads()).toEqual([200, 200, 200, 200]);
    expect(await switchTo('{"tier":"basic","budgets":{"read":{"registry":2}}}')).toBe(200);
    expect(await reads()).toEqual([200, 200, 429, 429]);
    expect(await switchTo('{"tier":"basic","budgets":{"read":{"registry":3}}}')).toBe(200);
    expect(await reads()).toEqual([200, 200, 200, 429]);
    expect(emulator.throttling()).toMatchObject({ allowed: { read: 3 }, refused: { read: 1 } });
    expect(await switchTo('{"tier":null}')).toBe(200);
    expect(await reads()).toEqual([200, 200, 200, 200]);
    expect(await (await client.send('GET', '/emulator/throttling')).json()).toBeNull();
    for (const wrong of [
      '{}',
      '{"tier":"gold"}',
      '{"tier":null,"closedSeconds":1}',
      '{"tier":"basic","budgets":{"all":1}}',
    ]) {
      expect(await switchTo(wrong)).toBe(400);
    }
    expect((await fetch(new URL('/emulator/throttling', client.url), { method: 'PUT', body: '{}' })).status).toBe(401);
  });
});

describe('links to blobs', () => {
  it('expire, are good for ranges, and are refused beyond the end', async () => {
    const { client } = await withLayer({ dataEndpoint: true });
    const link = (await client.send('GET', path)).headers.get('location') ?? '';
    // Another port of the same name is the same host for clients written in Go: they send the token along.
    expect(new URL(link).hostname).not.toBe(new URL(client.url).hostname);
    const range = await fetch(link, { headers: { Range: 'bytes=9990-' } });
    expect([range.status, range.headers.get('content-range')]).toEqual([206, 'bytes 9990-9999/10000']);
    expect(await range.text()).toBe('abcdefghij');
    const beyond = await fetch(link, { headers: { Range: 'bytes=10000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */10000']);
    const { client: hasty } = await withLayer({ dataEndpoint: true, dataLinkSeconds: -1 });
    const expired = await fetch((await hasty.send('GET', path)).headers.get('location') ?? '');
    expect([expired.status, expired.headers.get('x-ms-error-code')]).toEqual([403, 'AuthenticationFailed']);
  });
});

describe.each([false, true])('disturbances, with a data endpoint: %s', (dataEndpoint) => {
  it('are what was asked for, and nothing is wrong without', async () => {
    const { emulator, client } = await withLayer({ dataEndpoint });
    const pull = async (): Promise<{ status: number; body: string }> => {
      const first = await client.send('GET', path);
      const response = first.status === 307 ? await fetch(first.headers.get('location') ?? '') : first;
      return { status: response.status, body: await bodyOf(response) };
    };
    expect(await pull()).toEqual({ status: 200, body: layer });
    emulator.disturb({ truncated: 1 });
    expect(await pull()).toEqual({ status: 200, body: 'broken off' });
    emulator.disturb({ corrupted: 1 });
    const { body } = await pull();
    expect([sha256(body) === sha256(layer), body.slice(1)]).toEqual([false, layer.slice(1)]);
    emulator.disturb({ slow: 1, slowMs: 40 });
    const startedAt = Date.now();
    expect(await pull()).toEqual({ status: 200, body: layer });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(39);
    emulator.disturb({ unavailable: 1 });
    expect((await pull()).status).toBe(503);
    emulator.disturb({ reset: 1 });
    await expect(pull()).rejects.toThrow('fetch failed');
    emulator.disturb({});
    expect(await pull()).toEqual({ status: 200, body: layer });
    expect(emulator.disturbances()).toEqual({ truncated: 1, corrupted: 1, slow: 1, unavailable: 1, reset: 1 });
  });
});

describe('the sequence of disturbances', () => {
  it('is set from outside, and is the same for the same seed', async () => {
    const { client } = await withLayer({});
    const statuses = async (seed: number): Promise<readonly number[]> => {
      const body = JSON.stringify({ seed, unavailable: 0.5 });
      expect((await client.send('PUT', '/emulator/disturbances', { body })).status).toBe(200);
      const found = [];
      for (let pull = 0; pull < 20; pull += 1) found.push((await client.send('GET', path)).status);
      return found;
    };
    const first = await statuses(7);
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await statuses(7)).toEqual(first);
    expect(await statuses(8)).not.toEqual(first);
    expect((await client.send('PUT', '/emulator/disturbances', { body: '{"unavailable":2}' })).status).toBe(400);
    expect((await fetch(new URL('/emulator/disturbances', client.url))).status).toBe(401);
  });
});
