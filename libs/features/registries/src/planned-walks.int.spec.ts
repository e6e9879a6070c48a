import { randomBytes, randomUUID } from 'node:crypto';
import type { RegistryConfig } from '@tidewaiter/config';
import { openDatabase, type Database } from '@tidewaiter/db';
import { silentLogger } from '@tidewaiter/kit';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { ManageRegistries } from './manage-registries';
import { walkEveryMs, walkKey } from './planned-walks';
import { CreateRegistry } from './registries.schema';
import { RegistryDirectory } from './registry-directory';
import { Keyring } from './sealing';
import { StoredRegistries } from './stored-registries';

const configured: RegistryConfig = {
  name: 'gitops',
  kind: 'acr',
  endpoint: 'https://gitops.azurecr.io',
  credentials: { kind: 'basic', username: 'user', password: 'password' },
  webhookSecret: undefined,
  allowInsecure: false,
};

let testDatabase: TestDatabase;
let database: Database;
let manage: ManageRegistries;

beforeAll(async () => {
  testDatabase = await createMigratedDatabase();
  database = openDatabase({ url: testDatabase.url, applicationName: 'registries spec' });
  const directory = new RegistryDirectory(database);
  const keyring = new Keyring([{ id: 'k', key: randomBytes(32).toString('base64') }]);
  const stored = new StoredRegistries(database, directory, keyring, silentLogger);
  manage = new ManageRegistries(database, keyring, directory, stored, silentLogger);
});

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

describe('a registry is walked soon, and not when the clock says', () => {
  const isDueSoon = async (id: number): Promise<boolean> => {
    const { lastRunAt } = await database.scheduleRun.findUniqueOrThrow({ where: { key: walkKey(id) } });
    const dueMs = lastRunAt.getTime() + walkEveryMs;
    return dueMs < Date.now() + 10_000;
  };
  const walkedNow = async (id: number): Promise<void> => {
    const lastRunAt = new Date();
    const where = { key: walkKey(id) };
    await database.scheduleRun.upsert({ where, create: { ...where, lastRunAt }, update: { lastRunAt } });
    expect(await isDueSoon(id)).toBe(false);
  };
  const idOf = async (name: string) => (await database.registry.findUniqueOrThrow({ where: { name } })).id;

  it('when REST changes it, and when it is added again', async () => {
    const registry = CreateRegistry.parse({ name: 'walked', kind: 'acr', url: 'https://walked.azurecr.io' });
    await manage.create(registry);
    const id = await idOf('walked');
    await walkedNow(id);
    await manage.update('walked', { credentials: { kind: 'basic', username: 'u', password: 'corrected' } });
    expect(await isDueSoon(id)).toBe(true);
    await walkedNow(id);
    const walk = { id: randomUUID(), registryId: id, cause: 'schedule', isFull: true, cursor: 'team/half' };
    await database.reconcileRun.create({ data: walk });
    await manage.remove('walked');
    expect(await isDueSoon(id)).toBe(false);
    const where = { id: walk.id };
    // Or it would go on in the middle, whenever the registry comes back.
    const { finishedAt, problemCode } = await database.reconcileRun.delete({ where });
    expect([finishedAt === null, problemCode]).toEqual([false, 'registry-removed']);
    await manage.create(registry);
    expect(await isDueSoon(id)).toBe(true);
    await database.registry.delete({ where: { id } });
  });

  it('when the configuration changes it, and when that has it again', async () => {
    const [known, other] = [new RegistryDirectory(database), { ...configured, name: 'other' }];
    await known.configure([configured, other]);
    const id = await idOf('other');
    await walkedNow(id);
    await known.configure([configured, other]);
    expect(await isDueSoon(id)).toBe(false);
    await known.configure([configured, { ...other, credentials: { kind: 'anonymous' } }]);
    expect(await isDueSoon(id)).toBe(true);
    await walkedNow(id);
    const walk = { id: randomUUID(), registryId: id, cause: 'schedule', isFull: true, cursor: 'team/half' };
    await database.reconcileRun.create({ data: walk });
    await known.configure([configured]);
    const ended = await database.reconcileRun.delete({ where: { id: walk.id } });
    expect(ended.problemCode).toBe('registry-removed');
    await known.configure([configured, other]);
    expect(await isDueSoon(id)).toBe(true);
    await known.configure([configured]);
  });

  it('when a process starts and the last walk saw nothing', async () => {
    const other = { ...configured, name: 'other' };
    const id = await idOf('other');
    await new RegistryDirectory(database).configure([configured, other]);
    const walks = { registryId: id, cause: 'schedule', isFull: true, finishedAt: new Date() };
    const restart = async () => {
      await walkedNow(id);
      await new RegistryDirectory(database).configure([configured, other]);
      return isDueSoon(id);
    };
    const run = await database.reconcileRun.create({ data: { id: randomUUID(), ...walks, repositories: 3 } });
    expect(await restart()).toBe(false);
    const where = { id: run.id };
    await database.reconcileRun.update({ where, data: { problemCode: 'catalogue-refused' } });
    expect(await restart()).toBe(false);
    await database.reconcileRun.update({ where, data: { refused: 3 } });
    expect(await restart()).toBe(true);
    await database.reconcileRun.delete({ where });
    await database.registry.delete({ where: { id } });
  });
});
