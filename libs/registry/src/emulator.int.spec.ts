import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { startAcrEmulator, type AcrEmulator, type AcrEmulatorOptions } from '@tidewaiter/acr-emulator';
import { createRegistryClient } from './client';
import type { RegistryCredentials } from './credentials';
import { everyRegistry } from './spec-every-registry';
import { acrSource } from './hooks/acr';
import { hookCall, hookTarget, listed, pullImage, Pusher, StandIns } from './spec-support';

const servers = new StandIns();
const directories: string[] = [];
const emulators: AcrEmulator[] = [];
const service = 'contoso.azurecr.io';
const entraToken = 'an.entra.token';
const admin = { username: 'admin', password: 'a-password' };
const identities = [{ subject: 'watcher', accessToken: entraToken }];
let emulator: AcrEmulator;

beforeAll(async () => {
  emulator = await start({
    loginServer: service,
    dataEndpoint: true,
    accessTokenSeconds: 1,
    identities,
    users: [admin, { username: 'reader', password: 'r', scopes: ['repository:team/*:pull'] }],
  });
  const pusher = new Pusher(emulator.url, admin);
  for (const tag of ['1', '2', '3']) await pusher.image('team/api', tag);
  await pusher.image('other/app', '1');
});

afterAll(async () => {
  await Promise.all(emulators.map((one) => one.close()));
  await servers.close();
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
});

async function start(options: Partial<AcrEmulatorOptions>): Promise<AcrEmulator> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tidewaiter-acr-'));
  directories.push(dataDir);
  const started = await startAcrEmulator({ dataDir, port: 0, users: [admin], ...options });
  emulators.push(started);
  return started;
}

function client(credentials?: RegistryCredentials) {
  return createRegistryClient({
    registry: emulator.url,
    pageSize: 2,
    allowedHosts: [new URL(emulator.dataUrl ?? '').host],
    ...(credentials === undefined ? {} : { credentials }),
  });
}

describe('an emulator with nothing in it', () => {
  let host: string;

  beforeAll(async () => {
    ({ host } = new URL((await start({})).url));
  });

  everyRegistry(() => ({ host, ...admin }));
});

describe('the registry client against the emulator', () => {
  const asAdmin: RegistryCredentials = { kind: 'basic', ...admin };
  const asIdentity: RegistryCredentials = {
    kind: 'entra',
    credential: { audiences: ['an audience'], getToken: () => Promise.resolve(entraToken) },
  };

  it.each([
    ['user name and password', asAdmin],
    ['an Entra token', asIdentity],
  ])('reads lists, manifests and redirected blobs with %s', async (_name, credentials) => {
    const registry = client(credentials);
    expect(await listed(registry.catalog())).toEqual(['other/app', 'team/api']);
    expect(await listed(registry.tags('team/api'))).toEqual(['1', '2', '3']);
    await pullImage(registry, 'team/api', '2');
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
    expect(await listed(client({ kind: 'refresh-token', token }).tags('team/api'))).toEqual(['1', '2', '3']);
  });

  it('says what it may not do and who is not known', async () => {
    const reader = client({ kind: 'basic', username: 'reader', password: 'r' });
    expect(await listed(reader.tags('team/api'))).toEqual(['1', '2', '3']);
    for (const refused of [listed(reader.tags('other/app')), listed(reader.catalog()), client().ping()]) {
      await expect(refused).rejects.toMatchObject({ name: 'UserError', code: 'registry-unauthorized' });
    }
    const credential = { audiences: ['one', 'another'], getToken: () => Promise.resolve('unknown') };
    const stranger = client({ kind: 'entra', credential });
    await expect(stranger.ping()).rejects.toMatchObject({ code: 'registry-unauthorized' });
  });

  it('reads without credentials where that is allowed', async () => {
    const open = await start({ anonymousPull: true });
    const { digest } = await new Pusher(open.url, admin).image('team/api', '1');
    const registry = createRegistryClient({ registry: open.url });
    expect(await registry.head('team/api', '1')).toMatchObject({ digest });
    expect(await listed(registry.catalog())).toEqual(['team/api']);
  });

  it('understands the webhooks the emulator sends', async () => {
    const bodies: Promise<unknown>[] = [];
    const receiver = await servers.start((request, response) => {
      bodies.push(json(request));
      response.end();
    });
    const url = `http://${receiver.host}/`;
    const hooked = await start({
      loginServer: service,
      webhooks: [{ name: 'watch01', url, headers: {}, actions: ['push', 'delete'], scope: '' }],
    });
    const pusher = new Pusher(hooked.url, admin);
    await pusher.send('POST', '/emulator/webhooks/watch01/ping');
    await hooked.webhooksSettled();
    const { digest } = await pusher.image('team/api', '1');
    await hooked.webhooksSettled();
    await pusher.send('DELETE', `/v2/team/api/manifests/${digest}`);
    await hooked.webhooksSettled();
    const common = { source: 'acr', repository: 'team/api', digest, host: service };
    const read = (body: unknown) => acrSource.read(body, hookCall(), hookTarget());
    expect((await Promise.all(bodies)).map(read)).toMatchObject([
      { ok: true, value: { events: [{ source: 'acr', action: 'ping' }], problems: [] } },
      { ok: true, value: { events: [{ ...common, action: 'push', tag: '1' }] } },
      { ok: true, value: { events: [{ ...common, action: 'delete' }] } },
    ]);
  });
});
