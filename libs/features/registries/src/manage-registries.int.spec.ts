import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, Type } from '@nestjs/common';
import { startAcrEmulator, type AcrEmulator } from '@tidewaiter/acr-emulator';
import type { RegistryConfig, SecretKey } from '@tidewaiter/config';
import { openDatabase, type Database } from '@tidewaiter/db';
import { silentLogger, type Logger } from '@tidewaiter/kit';
import { createHttpApp, DatabaseModule, LoggingModule, type HttpApp } from '@tidewaiter/server';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { ConfiguredRegistries } from './configured-registries';
import { ManageRegistriesModule } from './manage-registries.module';
import { RegistriesModule } from './registries.module';
import { RegistryAccess } from './registry-access';
import { RegistryDirectory } from './registry-directory';
import { RequestBudget } from './request-budget';
import { Keyring } from './sealing';
import { StoredRegistries } from './stored-registries';

class SpecModule {}

const key = (id: string): SecretKey => ({ id, key: randomBytes(32).toString('base64') });
const [oldKey, newKey] = [key('old'), key('new')];
const configured: RegistryConfig = {
  name: 'gitops',
  kind: 'acr',
  endpoint: 'https://gitops.azurecr.io',
  credentials: { kind: 'client-secret', tenantId: 't', clientId: 'c', clientSecret: 'secret-of-configuration' },
  webhookSecret: 'webhook-of-configuration',
  allowInsecure: false,
};
const user = { username: 'watcher', password: 'first-password' };

let testDatabase: TestDatabase;
let database: Database;
let directory: string;
let emulator: AcrEmulator;
let app: HttpApp;

beforeAll(async () => {
  testDatabase = await createMigratedDatabase();
  database = openDatabase({ url: testDatabase.url, applicationName: 'registries spec' });
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-registries-'));
  emulator = await startAcrEmulator({ dataDir: directory, port: 0, users: [user] });
  app = await startApp([oldKey]);
});

afterAll(async () => {
  await app.close();
  await emulator.close();
  await database.$disconnect();
  await testDatabase.drop();
  await rm(directory, { recursive: true, force: true });
});

async function startApp(secretKeys: readonly SecretKey[]): Promise<HttpApp> {
  const modules: (DynamicModule | Type)[] = [
    DatabaseModule.forRoot({ url: testDatabase.url, applicationName: 'registries spec' }),
    LoggingModule.forRoot(silentLogger),
    RegistriesModule.forRoot({ registries: [configured], secretKeys }),
    ManageRegistriesModule,
  ];
  const started = await createHttpApp(
    { module: SpecModule, imports: modules },
    { logger: silentLogger, checkResponses: true },
  );
  await started.nest.init();
  await started.server.ready();
  return started;
}

/** What another process has of the registries. */
function otherProcess(keys: readonly SecretKey[], logger: Logger = silentLogger) {
  const known = new RegistryDirectory(database);
  const stored = new StoredRegistries(database, known, new Keyring(keys), logger);
  return { known, stored, access: new RegistryAccess(known, silentLogger, new RequestBudget(database)) };
}

async function listed(items: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) {
  const response = await app.server.inject({
    method,
    url: `/api/v1/registries${path}`,
    ...(body === undefined ? {} : { payload: body }),
  });
  return {
    status: response.statusCode,
    text: response.body,
    body: response.body === '' ? undefined : response.json<unknown>(),
  };
}

describe('registries by REST', () => {
  it('are made, shown without their secrets, stored without them in clear, and known elsewhere', async () => {
    const made = await call('POST', '', {
      name: 'made',
      kind: 'acr',
      url: `${emulator.url}/`,
      allowInsecure: true,
      credentials: { kind: 'basic', ...user },
      webhookSecret: 'a-webhook-secret-of-rest',
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'made',
        url: emulator.url,
        managedBy: 'rest',
        credentials: { kind: 'basic', username: 'watcher' },
        hasWebhookSecret: true,
      },
    });
    const rows = JSON.stringify(await database.registry.findMany());
    const shown = (await call('GET', '')).text;
    for (const secret of [
      'first-password',
      'a-webhook-secret',
      'secret-of-configuration',
      'webhook-of-configuration',
    ]) {
      expect(made.text + shown + rows).not.toContain(secret);
    }
    const { known, stored, access } = otherProcess([oldKey]);
    await stored.refresh();
    expect(known.get('made').config.webhookSecret).toBe('a-webhook-secret-of-rest');
    expect(await listed(access.repositories('made'))).toEqual([]);
    expect((await call('POST', '', { name: 'made', kind: 'acr', url: 'https://a.azurecr.io' })).body).toMatchObject({
      code: 'registry-exists',
    });
  });

  it('have a queue that their events are fetched from, whose address is a secret', async () => {
    const key = 'SharedAccessKeyName=listen;SharedAccessKey=key-of-the-queue;EntityPath=events';
    const eventQueueUrl = `Endpoint=sb://contoso.servicebus.windows.net/;${key}`;
    const made = { name: 'queued', kind: 'acr', url: 'https://queued.azurecr.io', eventQueueUrl };
    const answer = await call('POST', '', made);
    expect(answer).toMatchObject({ status: 201, body: { hasEventQueue: true } });
    expect(answer.text + JSON.stringify(await database.registry.findMany())).not.toContain('key-of-the-queue');
    const { known, stored } = otherProcess([oldKey]);
    const addresses: unknown[] = [];
    const noted = async () => {
      await stored.refresh();
      addresses.push(known.get('queued').config.eventQueueUrl);
    };
    await noted();
    await call('PATCH', '/queued', { webhookSecret: 'a-webhook-secret-besides' });
    await noted();
    const byIdentity = 'https://contoso.queue.core.windows.net/events';
    await call('PATCH', '/queued', { eventQueueUrl: byIdentity });
    await noted();
    expect((await call('PATCH', '/queued', { eventQueueUrl: null })).body).toMatchObject({ hasEventQueue: false });
    await noted();
    expect(addresses).toEqual([eventQueueUrl, eventQueueUrl, byIdentity, undefined]);
    await call('PATCH', '/queued', { eventQueueUrl, webhookSecret: null });
  });

  it('take rotated credentials in a process that runs, and the client with the old ones is given up', async () => {
    const { stored, access } = otherProcess([oldKey]);
    await stored.refresh();
    await expect(access.resolveTag('made', { repository: 'team/api', tag: '1' })).resolves.toBeUndefined();
    emulator.setAccess({ users: [{ ...user, password: 'second-password' }] });
    const credentials = { kind: 'basic', username: 'watcher', password: 'second-password' };
    expect((await call('PATCH', '/made', { credentials })).status).toBe(200);
    const asked = () => access.resolveTag('made', { repository: 'other/app', tag: '1' });
    await expect(asked()).rejects.toMatchObject({ code: 'registry-unauthorized' });
    await stored.refresh();
    await expect(asked()).resolves.toBeUndefined();
    // What was not named stayed.
    expect((await call('GET', '/made')).body).toMatchObject({ hasWebhookSecret: true, allowInsecure: true });
  });

  it('have what failed tried again at once when they are changed', async () => {
    const { id: registryId } = await database.registry.findUniqueOrThrow({ where: { name: 'made' } });
    const later = new Date(Date.now() + 3_600_000);
    const digest = `sha256:${'f'.repeat(64)}`;
    const { id: repositoryId } = await database.repository.create({
      data: { registryId, name: 'team/failed', manifests: { create: { digest, failures: 4, retryAt: later } } },
    });
    expect((await call('PATCH', '/made', { allowedHosts: ['blobs.example'] })).status).toBe(200);
    const manifest = await database.manifest.findFirstOrThrow({ where: { repositoryId } });
    expect(manifest.failures).toBe(0);
    expect(manifest.retryAt?.getTime()).toBeLessThanOrEqual(Date.now());
    expect((await call('PATCH', '/made', { allowedHosts: null })).status).toBe(200);
    await database.manifest.deleteMany({ where: { repositoryId } });
    await database.repository.delete({ where: { id: repositoryId } });
  });

  it('are not made with a user name that no server could tell from its password', async () => {
    const credentials = { kind: 'basic', username: 'ci:2', password: 'p' };
    const answer = await call('POST', '', { name: 'colon', kind: 'acr', url: 'https://a.azurecr.io', credentials });
    expect(answer).toMatchObject({ status: 400, body: { code: 'registry-credentials-invalid' } });
    expect((await call('GET', '/colon')).status).toBe(404);
  });

  it('that are Docker Hub are known by the name of its images', async () => {
    const hub = { ...configured, name: 'hub', kind: 'oci' as const, endpoint: 'https://docker.io' };
    const known = new RegistryDirectory(database);
    await known.configure([configured, hub]);
    expect(known.getByHost('registry-1.docker.io').config.name).toBe('hub');
    await known.configure([configured]);
    await database.registry.delete({ where: { name: 'hub' } });
  });

  it('that are one registry under two names share its budget', async () => {
    const credentials = { kind: 'basic', username: 'watcher', password: 'second-password' };
    const registry = { kind: 'acr', url: emulator.url, allowInsecure: true, credentials };
    expect((await call('POST', '', { name: 'twin', ...registry })).status).toBe(201);
    const { stored, access } = otherProcess([oldKey]);
    await stored.refresh();
    for (const name of ['made', 'twin']) await access.resolveTag(name, { repository: 'team/api', tag: '1' });
    const rows = await database.requestBudget.findMany({ where: { operation: 'read' } });
    expect(rows).toMatchObject([{ registry: new URL(emulator.url).host, identity: 'basic watcher' }]);
    expect((await call('DELETE', '/twin')).status).toBe(204);
  });

  it('list what they are told to, where the identity may not', async () => {
    await call('PATCH', '/made', { repositories: ['team/api', 'team/web'] });
    const { stored, access } = otherProcess([oldKey]);
    await stored.refresh();
    expect(await listed(access.repositories('made'))).toEqual(['team/api', 'team/web']);
    expect((await call('PATCH', '/made', { repositories: null })).body).not.toHaveProperty('repositories');
  });

  it('are checked with their stored credentials, and the check says that no webhook came', async () => {
    const { status, body } = await call('POST', '/made/check');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ok: false,
      steps: expect.arrayContaining([
        expect.objectContaining({ step: 'authenticate', outcome: 'ok', saw: 'signed in: user watcher' }),
        expect.objectContaining({ step: 'webhook', outcome: 'failed' }),
      ]) as unknown,
    });
    expect((await call('POST', '/nowhere/check')).status).toBe(404);
  });

  it('do not send their secrets to another address', async () => {
    expect((await call('PATCH', '/made', { url: 'https://elsewhere.example' })).body).toMatchObject({
      code: 'registry-credentials-needed',
    });
    expect((await call('PATCH', '/made', { authority: 'https://login.elsewhere.example' })).status).toBe(400);
  });

  it.each([
    [{ url: 'http://a.example' }, 'registry-url-invalid'],
    [{ url: 'https://a.example/v2/' }, 'registry-url-invalid'],
    [{ requests: { tier: 'basic' } }, 'registry-requests-invalid'],
    [{ name: 'Upper' }, 'request-invalid'],
    [{ credentials: { kind: 'basic', username: 'u' } }, 'request-invalid'],
    [{ credentials: { kind: 'entra', clientSecret: 's' } }, 'request-invalid'],
    [{ webhookSecret: 'short' }, 'request-invalid'],
    [{ repositories: ['Not A Name'] }, 'request-invalid'],
    [{ eventQueueUrl: 'ftp://a.queue.core.windows.net/events' }, 'event-queue-address-invalid'],
    [{ eventQueueUrl: 'https://a.queue.core.windows.net/' }, 'event-queue-address-invalid'],
    [{ eventQueueUrl: 'Endpoint=sb://a.servicebus.windows.net/;EntityPath=events' }, 'event-queue-address-invalid'],
    // The token of our identity goes to Azure alone.
    [{ eventQueueUrl: 'https://a.example/events' }, 'event-queue-address-invalid'],
    [{ eventQueueUrl: 'sb://servicebus.windows.net.a.example/events' }, 'event-queue-address-invalid'],
    [{ eventQueueUrl: 'sb://127.0.0.1/events' }, 'event-queue-address-invalid'],
  ])('are refused when they make no sense: %j', async (change, code) => {
    const answer = await call('POST', '', { name: 'wrong', kind: 'oci', url: 'https://a.example', ...change });
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });

  it('that the configuration describes are shown and left alone', async () => {
    expect((await call('GET', '/gitops')).body).toMatchObject({
      managedBy: 'configuration',
      credentials: { kind: 'client-secret', tenantId: 't', clientId: 'c' },
    });
    for (const refused of [await call('PATCH', '/gitops', { cloud: 'china' }), await call('DELETE', '/gitops')]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'registry-read-only' } });
    }
    expect((await call('PATCH', '/nowhere', {})).status).toBe(404);
  });
});

describe('the configuration', () => {
  it('is looked at again: a rotated secret counts in a process that runs, and what is wrong changes nothing', async () => {
    const { known, access } = otherProcess([oldKey]);
    const errors: unknown[] = [];
    const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
    const filed = (password: string): RegistryConfig => ({
      ...configured,
      name: 'filed',
      endpoint: emulator.url,
      allowInsecure: true,
      credentials: { kind: 'basic', username: 'file', password },
    });
    let now: () => readonly RegistryConfig[] = () => [configured, filed('one')];
    const options = { directory: known, logger, reread: () => now() };
    const again = new ConfiguredRegistries(options);
    const asked = (repository: string) => access.resolveTag('filed', { repository, tag: '1' });
    const users = (password: string) => ({ users: [user, { username: 'file', password }] });
    try {
      emulator.setAccess(users('one'));
      await again.look();
      await expect(asked('team/a')).resolves.toBeUndefined();
      const [before, other] = [known.get('filed'), known.get('gitops')];

      emulator.setAccess(users('two'));
      now = () => {
        throw new Error('half written');
      };
      await again.look();
      await again.look();
      expect(errors).toEqual(['registries of the configuration not taken']);
      expect(known.get('filed')).toBe(before);
      await expect(asked('team/b')).rejects.toMatchObject({ code: 'registry-unauthorized' });

      const place = { registryId: known.get('filed').id, name: 'team/failed' };
      const retryAt = new Date(Date.now() + 3_600_000);
      const failed = { digest: `sha256:${'e'.repeat(64)}`, failures: 4, retryAt };
      await database.repository.create({ data: { ...place, manifests: { create: failed } } });
      now = () => [configured, filed('two')];
      await again.look();
      const { failures } = await database.manifest.findFirstOrThrow({ where: { digest: failed.digest } });
      expect(failures).toBe(0);
      await expect(asked('team/b')).resolves.toBeUndefined();
      expect(known.get('gitops')).toBe(other);

      now = () => [configured];
      await again.look();
      expect(known.find('filed')).toBeUndefined();
      expect((await call('GET', '/filed')).body).toMatchObject({ removedAt: expect.any(String) as unknown });
    } finally {
      await again.close();
      emulator.setAccess({ users: [{ ...user, password: 'second-password' }] });
    }
  });
});

describe('the keys', () => {
  it('are rotated: the old one still opens, everything is sealed anew at the start, the old one is given up', async () => {
    const logged: unknown[] = [];
    const logger = {
      ...silentLogger,
      error: (message: string, fields?: object) => void logged.push([message, fields]),
    };
    const withoutKey = otherProcess([newKey], logger);
    await withoutKey.stored.refresh();
    expect(withoutKey.known.find('made')).toBeUndefined();
    const error = expect.stringContaining('"old"') as unknown;
    expect(logged).toEqual([
      ['registry not readable', { registry: 'made', error }],
      ['registry not readable', { registry: 'queued', error }],
    ]);

    await app.close();
    app = await startApp([newKey, oldKey]);
    await withoutKey.stored.refresh();
    expect(withoutKey.known.get('made').config.credentials).toMatchObject({ password: 'second-password' });
  });

  it('are needed: without any nothing is made, and what is there stays', async () => {
    await app.close();
    app = await startApp([]);
    const answer = await call('POST', '', { name: 'b', kind: 'acr', url: 'https://b.azurecr.io' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'registry-keys-missing' } });
    expect((await call('PATCH', '/made', { cloud: 'china' })).body).toMatchObject({ code: 'registry-sealed' });
    expect((await call('GET', '/made')).body).toMatchObject({ credentials: { kind: 'basic', username: 'watcher' } });
    await app.close();
    app = await startApp([newKey]);
  });
});

describe('a registry whose key is lost', () => {
  it('says so and what to do, wherever it is asked for, until its secrets are given anew', async () => {
    await app.close();
    app = await startApp([key('newest')]);
    const problem = {
      code: 'registry-sealed',
      message: expect.stringMatching(/key "new".*credentials .* anew/) as unknown,
    };
    expect((await call('GET', '/made')).body).toMatchObject({ problem });
    expect((await call('GET', '')).body).toMatchObject({
      items: [
        { name: 'filed' },
        { name: 'gitops', problem: null },
        { name: 'made', problem },
        { name: 'queued', problem },
        { name: 'twin', problem: null },
      ],
    });
    expect(await call('POST', '/made/check')).toMatchObject({ status: 409, body: { code: 'registry-sealed' } });
    expect(await call('PATCH', '/made', { cloud: 'china' })).toMatchObject({ status: 409 });
    const credentials = { kind: 'basic', username: 'watcher', password: 'second-password' };
    // The webhook secret is lost as well, and is not dropped in silence.
    expect(await call('PATCH', '/made', { credentials })).toMatchObject({
      ...{ status: 400, body: { code: 'registry-credentials-needed' } },
    });
    const anonymous = { credentials: { kind: 'anonymous' } };
    expect(await call('PATCH', '/queued', anonymous)).toMatchObject({
      ...{ status: 400, body: { detail: expect.stringContaining('give "eventQueueUrl" as well') as unknown } },
    });
    expect(await call('PATCH', '/queued', { ...anonymous, eventQueueUrl: null })).toMatchObject({
      ...{ status: 200, body: { problem: null, hasEventQueue: false } },
    });
    const webhookSecret = 'a-webhook-secret-anew';
    expect(await call('PATCH', '/made', { credentials, webhookSecret })).toMatchObject({
      ...{ status: 200, body: { problem: null, hasWebhookSecret: true, allowInsecure: true } },
    });
    expect((await call('POST', '/made/check')).status).toBe(200);
    await app.close();
    app = await startApp([newKey]);
    await call('PATCH', '/made', { credentials, webhookSecret });
  });
});

describe('a registry that is deleted', () => {
  it('is watched no longer, keeps its history, loses its secrets and can come back', async () => {
    const { id } = await database.registry.findUniqueOrThrow({ where: { name: 'made' } });
    await database.repository.create({ data: { registryId: id, name: 'team/api' } });
    const { known, stored } = otherProcess([newKey]);
    await stored.refresh();
    expect((await call('DELETE', '/made')).status).toBe(204);
    await stored.refresh();
    expect(known.find('made')).toBeUndefined();
    expect(await database.registry.findUnique({ where: { id } })).toMatchObject({ sealed: null });
    expect((await call('GET', '/made')).body).toMatchObject({
      repositoryCount: 1,
      removedAt: expect.any(String) as unknown,
    });
    expect((await call('DELETE', '/made')).status).toBe(404);
    const again = { name: 'made', kind: 'acr', url: 'https://made.azurecr.io' };
    expect(await call('POST', '', again)).toMatchObject({ status: 201, body: { repositoryCount: 1, removedAt: null } });
    expect((await database.registry.findUnique({ where: { name: 'made' } }))?.id).toBe(id);
  });
});
