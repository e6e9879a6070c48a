import { mediaTypes } from '@tidewaiter/contracts';
import type { EmulatorIdentity } from './options';
import { admin, errorCode, fieldOf, Harness, RawClient } from './spec-support';

const harness = new Harness();
const service = 'contoso.azurecr.io';

afterAll(() => harness.close());

async function patch(client: RawClient, path: string, body: object): Promise<Response> {
  return client.send('PATCH', path, { body: JSON.stringify(body) });
}

async function refusal(response: Response): Promise<readonly unknown[]> {
  return [response.status, await errorCode(response)];
}

/** What ACR says about anything that is locked. */
const locked = [405, 'REGISTRY_DISALLOWED_OPERATION'];

describe('attributes', () => {
  let client: RawClient;
  let digest: string;

  beforeAll(async () => {
    const emulator = await harness.emulator();
    client = new RawClient(emulator.url);
    ({ digest } = await client.pushImage('team/api', '1'));
    await client.pushImage('team/api', '2', 'another');
  });

  it('of a tag lock that tag, and not the manifest', async () => {
    const answer = await patch(client, '/acr/v1/team%2Fapi/_tags/1', { writeEnabled: false });
    const stated = { deleteEnabled: true, writeEnabled: false, listEnabled: true, readEnabled: true };
    expect(await answer.json()).toMatchObject({
      imageName: 'team/api',
      tag: { name: '1', changeableAttributes: stated },
    });
    const { bytes } = await client.imageDocument('team/api', 'a third');
    const push = (reference: string) =>
      client.send('PUT', `/v2/team/api/manifests/${reference}`, {
        headers: { 'Content-Type': mediaTypes.ociManifest },
        body: bytes,
      });
    expect(await refusal(await push('1'))).toEqual(locked);
    expect((await push('3')).status).toBe(201);
    expect(await refusal(await client.send('DELETE', '/acr/v1/team%2Fapi/_tags/1'))).toEqual(locked);
    expect(await refusal(await client.send('DELETE', '/acr/v1/team%2Fapi'))).toEqual(locked);
    await patch(client, '/acr/v1/team%2Fapi/_tags/1', { writeEnabled: true });
  });

  it('of a manifest keep it from being pulled, listed and deleted', async () => {
    const path = `/acr/v1/team%2Fapi/_manifests/${encodeURIComponent(digest)}`;
    await patch(client, path, { readEnabled: false, listEnabled: false, deleteEnabled: false });
    expect(await refusal(await client.send('GET', '/v2/team/api/manifests/1'))).toEqual(locked);
    expect(await refusal(await client.send('GET', `/v2/team/api/manifests/${digest}`))).toEqual(locked);
    expect(await refusal(await client.send('DELETE', `/v2/team/api/manifests/${digest}`))).toEqual(locked);
    const listed = fieldOf(await (await client.send('GET', '/acr/v1/team/api/_manifests')).json(), 'manifests');
    expect(JSON.stringify(listed)).not.toContain(digest);
    await patch(client, path, { readEnabled: true, listEnabled: true, deleteEnabled: true });
    expect((await client.send('GET', '/v2/team/api/manifests/1')).status).toBe(200);
  });

  it('of a repository hold for all that is in it', async () => {
    await patch(client, '/acr/v1/team/api', { readEnabled: false, listEnabled: false, writeEnabled: false });
    expect(await refusal(await client.send('GET', '/v2/team/api/manifests/2'))).toEqual(locked);
    expect(await (await client.send('GET', '/v2/_catalog')).json()).toEqual({ repositories: [] });
    await expect(client.pushImage('team/api', '4', 'a fourth')).rejects.toThrow('405');
  });

  it('take the right to write metadata, an item that is there and a body that says something known', async () => {
    const emulator = await harness.emulator({
      users: [admin, { username: 'reader', password: 'r', scopes: ['repository:*:pull,push,metadata_read'] }],
    });
    const owner = new RawClient(emulator.url);
    const pushed = await owner.pushImage('team/api', '1');
    const reader = new RawClient(emulator.url, `Basic ${Buffer.from('reader:r').toString('base64')}`);
    const path = `/acr/v1/team/api/_manifests/${pushed.digest}`;
    expect(await refusal(await patch(reader, path, { readEnabled: false }))).toEqual([403, 'DENIED']);
    expect(await refusal(await patch(reader, path, { quarantineState: 'Passed' }))).toEqual([403, 'DENIED']);
    expect(await refusal(await patch(owner, path, { readEnabled: 'no' }))).toEqual([400, 'UNSUPPORTED']);
    const missing = `/acr/v1/team/api/_manifests/sha256:${'0'.repeat(64)}`;
    expect(await refusal(await patch(owner, missing, { readEnabled: false }))).toEqual([404, 'MANIFEST_UNKNOWN']);
  });
});

describe('quarantine', () => {
  const identities: EmulatorIdentity[] = [
    { subject: 'cluster', accessToken: 'cluster.entra.token', roles: [{ role: 'AcrPull' }] },
    {
      subject: 'scanner',
      accessToken: 'scanner.entra.token',
      roles: [{ role: 'AcrPull' }, { role: 'AcrQuarantineReader' }, { role: 'AcrQuarantineWriter' }],
    },
  ];

  async function site(quarantine: boolean) {
    const receiver = await harness.receiver(() => ({ status: 200 }));
    const emulator = await harness.emulator({
      loginServer: service,
      identities,
      quarantine,
      webhooks: [{ name: 'all', url: receiver.url, headers: {}, actions: ['push', 'delete', 'quarantine'], scope: '' }],
    });
    const told = async () => {
      await emulator.webhooksSettled();
      const told = receiver.received.splice(0).map(({ body }) => fieldOf(body, 'action'));
      return told.sort();
    };
    return { emulator, told, pusher: new RawClient(emulator.url) };
  }

  /** Signed in as ACR's documents have it: an Entra token, a refresh token, and one for `pull,push` alone. */
  async function as(url: string, subject: string): Promise<RawClient> {
    const post = async (path: string, fields: Record<string, string>): Promise<unknown> => {
      const body = new URLSearchParams({ service, ...fields });
      return (await fetch(new URL(path, url), { method: 'POST', body })).json();
    };
    const entra = { grant_type: 'access_token', access_token: `${subject}.entra.token` };
    const refresh = fieldOf(await post('/oauth2/exchange', entra), 'refresh_token');
    const scope = 'repository:team/api:pull,push';
    const grant = { grant_type: 'refresh_token', refresh_token: String(refresh), scope };
    return new RawClient(url, `Bearer ${String(fieldOf(await post('/oauth2/token', grant), 'access_token'))}`);
  }

  it('tells of both events without the policy, and of quarantine alone with it', async () => {
    const { emulator, told, pusher } = await site(false);
    await pusher.pushImage('team/api', '1');
    expect(await told()).toEqual(['push', 'quarantine']);
    emulator.setQuarantine(true);
    await pusher.pushImage('team/api', '2', 'another');
    expect(await told()).toEqual(['quarantine']);
  });

  it('makes images from before the policy, which carry no mark, unpullable', async () => {
    const { emulator, pusher } = await site(false);
    const { digest } = await pusher.pushImage('team/api', '1');
    const cluster = await as(emulator.url, 'cluster');
    expect((await cluster.send('GET', '/v2/team/api/manifests/1')).status).toBe(200);
    await pusher.send('PUT', '/emulator/quarantine', { body: '{"enabled":true}' });
    expect((await cluster.send('GET', '/v2/team/api/manifests/1')).status).toBe(404);
    const scanner = await as(emulator.url, 'scanner');
    await patch(scanner, `/acr/v1/team/api/_manifests/${digest}`, { quarantineState: 'Passed' });
    expect((await cluster.send('GET', '/v2/team/api/manifests/1')).status).toBe(200);
  });

  it('hides the tag, refuses the digest, lets its reader in, and ends when its writer marks it as passed', async () => {
    const { emulator, told, pusher } = await site(true);
    const { digest } = await pusher.pushImage('team/api', '1');
    await told();
    const cluster = await as(emulator.url, 'cluster');
    const scanner = await as(emulator.url, 'scanner');
    const path = `/acr/v1/team/api/_manifests/${digest}`;
    expect(await refusal(await cluster.send('GET', '/v2/team/api/manifests/1'))).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect(await refusal(await cluster.send('GET', `/v2/team/api/manifests/${digest}`))).toEqual(locked);
    expect((await scanner.send('GET', `/v2/team/api/manifests/${digest}`)).status).toBe(200);
    const refused = await patch(cluster, path, { quarantineState: 'Passed' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="${emulator.url}/oauth2/token",service="${service}",scope="repository:team/api:pull,push",error="insufficient_scope"`,
    ]);

    await patch(scanner, path, { quarantineState: 'Failed' });
    expect(await told()).toEqual([]);
    const quarantineDetails = JSON.stringify({ scanner: 'x', result: { summary: [{ severity: 'High', count: 0 }] } });
    const answer = await patch(scanner, path, { quarantineState: 'Passed', quarantineDetails });
    expect(await answer.json()).toMatchObject({
      manifest: { digest, changeableAttributes: { quarantineState: 'Passed', quarantineDetails, readEnabled: true } },
    });
    expect(await told()).toEqual(['push']);
    expect((await cluster.send('GET', '/v2/team/api/manifests/1')).status).toBe(200);
    await patch(scanner, path, { quarantineState: 'Passed' });
    expect(await told()).toEqual([]);
  });

  it('refuses details that are not of the schema, and a state that nobody may set', async () => {
    const { emulator, pusher } = await site(true);
    const { digest } = await pusher.pushImage('team/api', '1');
    const scanner = await as(emulator.url, 'scanner');
    const path = `/acr/v1/team/api/_manifests/${digest}`;
    const wrong = [
      { quarantineState: 'Quarantined' },
      { quarantineDetails: 'plain words' },
      { quarantineDetails: '{"scanner":"x","more":1}' },
      { quarantineDetails: JSON.stringify({ result: { description: 'x'.repeat(1_025) } }) },
    ];
    for (const body of wrong) expect(await refusal(await patch(scanner, path, body))).toEqual([400, 'UNSUPPORTED']);
  });
});
