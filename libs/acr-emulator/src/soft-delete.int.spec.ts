import { mediaTypes } from '@tidewaiter/contracts';
import { z } from 'zod';
import type { AcrEmulator } from './emulator';
import { basic, errorCode, fieldOf, Harness, RawClient } from './spec-support';

const harness = new Harness();
const reader = { username: 'reader', password: 'p', scopes: ['repository:team/*:pull,deleted_read'] };
const owner = { username: 'owner', password: 'p' };
const dayMs = 86_400_000;

let emulator: AcrEmulator;
let client: RawClient;

beforeAll(async () => {
  emulator = await harness.emulator({ users: [owner, reader], softDelete: { retentionDays: 7 } });
  client = new RawClient(emulator.url, basic(owner));
});
afterAll(() => harness.close());

const manifestPath = (repository: string, reference: string) => `/v2/${repository}/manifests/${reference}`;

async function deleted(repository: string, kind: '_manifests' | '_tags', query = ''): Promise<readonly unknown[]> {
  const answer = await client.send('GET', `/acr/v1/_deleted/${repository}/${kind}${query}`);
  return z.array(z.unknown()).parse(fieldOf(await answer.json(), kind.slice(1)));
}

function restore(repository: string, digest: string, tag: string, { force = false, by = client } = {}) {
  const path = `/acr/v1/_deleted/${repository}/_manifests/${encodeURIComponent(digest)}`;
  return by.send('POST', `${path}?force=${String(force)}`, { body: JSON.stringify({ tag }) });
}

function pushAgain(repository: string, reference: string, bytes: string) {
  const headers = { 'Content-Type': mediaTypes.ociManifest };
  return client.send('PUT', manifestPath(repository, reference), { headers, body: bytes });
}

describe('a manifest that was deleted', () => {
  it('is listed with the time, cannot be pulled or pushed again, and comes back with its tag', async () => {
    const { digest, bytes } = await client.pushImage('team/api', '1');
    await client.send('DELETE', manifestPath('team/api', digest));
    expect((await client.send('GET', manifestPath('team/api', '1'))).status).toBe(404);
    expect(await deleted('team/api', '_manifests')).toMatchObject([
      { digest, mediaType: mediaTypes.ociManifest, deletedAt: expect.stringMatching(/^\d{4}-.+Z$/) },
    ]);
    expect(await deleted('team/api', '_tags')).toMatchObject([{ name: '1', digest, deletedAt: expect.any(String) }]);
    const refused = await pushAgain('team/api', '1', bytes);
    expect([refused.status, await errorCode(refused)]).toEqual([405, 'REGISTRY_DISALLOWED_OPERATION']);
    const restored = await restore('team/api', digest, '1');
    expect([restored.status, await restored.json()]).toMatchObject([200, { manifest: { digest, tags: ['1'] } }]);
    const pulled = await client.send('GET', manifestPath('team/api', '1'));
    expect(await pulled.text()).toBe(bytes);
    expect(await deleted('team/api', '_manifests')).toEqual([]);
    expect(await errorCode(await restore('team/api', digest, '1'))).toBe('MANIFEST_UNKNOWN');
    expect((await pushAgain('team/api', '1', bytes)).status).toBe(201);
  });

  it('takes a tag that has moved on only by force', async () => {
    const { digest } = await client.pushImage('team/web', 'latest');
    await client.send('DELETE', manifestPath('team/web', digest));
    const newer = await client.pushImage('team/web', 'latest', 'newer');
    expect(await errorCode(await restore('team/web', digest, 'other'))).toBe('TAG_UNKNOWN');
    expect((await restore('team/web', digest, 'latest')).status).toBe(409);
    expect((await restore('team/web', digest, 'latest', { force: true })).status).toBe(200);
    const head = (reference: string) => client.send('HEAD', manifestPath('team/web', reference));
    expect((await head('latest')).headers.get('Docker-Content-Digest')).toBe(digest);
    expect((await head(newer.digest)).status).toBe(200);
  });

  it('with its whole repository is kept too, page by page, for who may see it', async () => {
    const digests = [];
    for (const tag of ['1', '2', '3']) digests.push((await client.pushImage('team/old', tag, tag)).digest);
    await client.send('DELETE', '/acr/v1/team/old');
    expect((await client.send('GET', '/acr/v1/team/old')).status).toBe(404);
    const first = await client.send('GET', '/acr/v1/_deleted/team/old/_tags?n=2');
    const [, next = ''] = /^<(.+)>; rel="next"$/.exec(first.headers.get('Link') ?? '') ?? [];
    const rest = fieldOf(await (await client.send('GET', next)).json(), 'tags');
    expect(rest).toMatchObject([{ name: '3', digest: digests[2] }]);
    expect(await deleted('team/old', '_manifests', '?n=2')).toHaveLength(2);
    const [only = ''] = digests;
    const watcher = new RawClient(emulator.url, basic(reader));
    expect((await watcher.send('GET', '/acr/v1/_deleted/team/old/_manifests')).status).toBe(200);
    expect((await restore('team/old', only, '1', { by: watcher })).status).toBe(403);
    expect((await restore('team/old', only, '1')).status).toBe(200);
    expect((await client.send('GET', manifestPath('team/old', '1'))).status).toBe(200);
  });

  it('is gone for good when its time is over, and at once when the policy is off', async () => {
    const { digest, bytes } = await client.pushImage('team/purged', '1');
    await client.send('DELETE', manifestPath('team/purged', digest));
    const purge = (asOf: number) =>
      client.send('POST', '/emulator/soft-delete/purge', {
        body: JSON.stringify({ asOf: new Date(asOf).toISOString() }),
      });
    expect((await purge(Date.now() + 6 * dayMs)).status).toBe(202);
    expect(await deleted('team/purged', '_manifests')).toHaveLength(1);
    await purge(Date.now() + 8 * dayMs);
    expect(await deleted('team/purged', '_manifests')).toEqual([]);
    expect((await pushAgain('team/purged', '1', bytes)).status).toBe(201);
    const off = await client.send('PUT', '/emulator/soft-delete', { body: JSON.stringify({ retentionDays: null }) });
    expect(off.status).toBe(200);
    await client.send('DELETE', manifestPath('team/purged', digest));
    expect(await deleted('team/purged', '_manifests')).toEqual([]);
    expect((await client.send('PUT', '/emulator/soft-delete', { body: '{"retentionDays":91}' })).status).toBe(400);
  });
});
