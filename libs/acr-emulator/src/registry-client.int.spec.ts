import { createRegistryClient, parseAcrWebhook, registrySource, type RegistryCredentials } from '@tidewaiter/registry';
import type { AcrEmulator } from './emulator';
import { admin, Harness, RawClient, sha256 } from './spec-support';

const harness = new Harness();
const service = 'contoso.azurecr.io';
const entraToken = 'an.entra.token';
let emulator: AcrEmulator;
let owner: RawClient;

beforeAll(async () => {
  emulator = await harness.emulator({
    loginServer: service,
    dataEndpoint: true,
    accessTokenSeconds: 1,
    users: [admin, { username: 'reader', password: 'r', scopes: ['repository:team/*:pull'] }],
    identities: [{ subject: 'watcher', accessToken: entraToken }],
  });
  owner = new RawClient(emulator.url);
  for (const tag of ['1', '2', '3']) await owner.pushImage('team/api', tag, tag);
  await owner.pushImage('other/app', '1');
});

afterAll(() => harness.close());

function client(credentials?: RegistryCredentials) {
  return createRegistryClient({
    registry: emulator.url,
    pageSize: 2,
    ...(credentials === undefined ? {} : { credentials }),
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('the registry client against the emulator', () => {
  const asAdmin: RegistryCredentials = { kind: 'basic', ...admin };
  const asIdentity: RegistryCredentials = {
    kind: 'entra',
    credential: { getToken: () => Promise.resolve(entraToken) },
  };

  it.each([
    ['user name and password', asAdmin],
    ['an Entra token', asIdentity],
  ])('reads lists, manifests and redirected blobs with %s', async (_name, credentials) => {
    const registry = client(credentials);
    await registry.ping();
    expect(await all(registry.catalog())).toEqual(['other/app', 'team/api']);
    expect(await all(registry.tags('team/api'))).toEqual(['1', '2', '3']);
    const source = registrySource(registry, { repository: 'team/api', reference: '2' });
    const descriptor = await source.resolve();
    const document = await source.manifest(descriptor);
    expect(sha256(document.bytes)).toBe(descriptor.digest);
    expect(document.bytes.byteLength).toBe(descriptor.size);
    const layer = { digest: sha256('layer 2'), size: 7, mediaType: 'application/vnd.oci.image.layer.v1.tar' };
    expect(Buffer.concat(await all(await source.blob(layer))).toString('utf8')).toBe('layer 2');
  });

  it('reads on when its token has come to its end', async () => {
    const registry = client(asAdmin);
    const first = await registry.head('team/api', '1');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await registry.head('team/api', '1')).toEqual(first);
  });

  it('signs in with a refresh token', async () => {
    const form = { grant_type: 'access_token', service, access_token: entraToken };
    const answer: unknown = await (
      await fetch(`${emulator.url}/oauth2/exchange`, { method: 'POST', body: new URLSearchParams(form) })
    ).json();
    const token = typeof answer === 'object' && answer !== null ? String(Reflect.get(answer, 'refresh_token')) : '';
    expect(await all(client({ kind: 'refresh-token', token }).tags('team/api'))).toEqual(['1', '2', '3']);
  });

  it('says what it may not do and who is not known', async () => {
    const reader = client({ kind: 'basic', username: 'reader', password: 'r' });
    expect(await all(reader.tags('team/api'))).toEqual(['1', '2', '3']);
    for (const refused of [all(reader.tags('other/app')), all(reader.catalog()), client().ping()]) {
      await expect(refused).rejects.toMatchObject({ name: 'UserError', code: 'registry-unauthorized' });
    }
    const stranger = client({ kind: 'entra', credential: { getToken: () => Promise.resolve('unknown') } });
    await expect(stranger.ping()).rejects.toMatchObject({ code: 'registry-unauthorized' });
  });

  it('says what is not there', async () => {
    const registry = client(asAdmin);
    await expect(registry.manifest('team/api', '9')).rejects.toMatchObject({ code: 'manifest-unknown' });
    await expect(all(registry.tags('team/none'))).rejects.toMatchObject({ code: 'repository-unknown' });
    const blob = registry.blob('team/api', { digest: sha256('none'), size: 3 });
    await expect(all(blob)).rejects.toMatchObject({ code: 'blob-unknown' });
  });

  it('reads without credentials where that is allowed', async () => {
    const open = await harness.emulator({ anonymousPull: true });
    const { digest } = await new RawClient(open.url).pushImage('team/api', '1');
    const registry = createRegistryClient({ registry: open.url });
    expect(await registry.head('team/api', '1')).toMatchObject({ digest });
    expect(await all(registry.catalog())).toEqual(['team/api']);
  });

  it('understands the webhooks the emulator sends', async () => {
    const receiver = await harness.receiver(() => 200);
    const hooked = await harness.emulator({
      loginServer: service,
      webhooks: [{ name: 'watch01', url: receiver.url, headers: {}, actions: ['push', 'delete'], scope: '' }],
    });
    const pusher = new RawClient(hooked.url);
    const { digest } = await pusher.pushImage('team/api', '1');
    await hooked.webhooksSettled();
    await pusher.send('DELETE', `/v2/team/api/manifests/${digest}`);
    await hooked.webhooksSettled();
    const common = { source: 'acr', repository: 'team/api', digest, host: service };
    expect(receiver.received.map(({ body }) => parseAcrWebhook(body))).toMatchObject([
      { ok: true, value: { ...common, action: 'push', tag: '1' } },
      { ok: true, value: { ...common, action: 'delete' } },
    ]);
  });
});
