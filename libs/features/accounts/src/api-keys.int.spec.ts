import { openDatabase, type Database } from '@tidewaiter/db';
import { createMigratedDatabase, type TestDatabase } from '@tidewaiter/testing';
import { ApiKeys } from './api-keys';
import { newSecretKey } from './secret-key';

let testDatabase: TestDatabase;
let database: Database;
let keys: ApiKeys;

beforeAll(async () => {
  testDatabase = await createMigratedDatabase();
  database = openDatabase({ url: testDatabase.url, applicationName: 'accounts spec' });
  keys = new ApiKeys(database);
});

beforeEach(() => database.apiKey.deleteMany());

afterAll(async () => {
  await database.$disconnect();
  await testDatabase.drop();
});

describe('a new key', () => {
  it('has 256 random bits, and the secret is nowhere in the database', async () => {
    const { secret, id } = await keys.createKey('pipeline', ['read']);
    expect(secret).toMatch(/^twk_[A-Za-z0-9_-]{43}$/);
    const [row] = await database.$queryRaw<{ dump: string }[]>`SELECT api_key::text AS dump FROM api_key`;
    expect(row?.dump).toContain(id);
    expect(row?.dump).toContain(secret.slice(0, 10));
    expect(row?.dump).not.toContain(secret.slice(0, 12));
    expect(JSON.stringify(await keys.list())).not.toContain(secret.slice(0, 12));
  });

  it('is recognised with its scopes and no other text is', async () => {
    const { secret, id } = await keys.createKey('pipeline', ['scan', 'read']);
    expect(await keys.authenticate(secret)).toEqual({ keyId: id, keyName: 'pipeline', scopes: ['read', 'scan'] });
    const oneOff = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A');
    for (const wrong of [oneOff, '', 'twk_', `${secret} `, newSecretKey(), 'x'.repeat(100_000)]) {
      expect(await keys.authenticate(wrong)).toBeUndefined();
    }
  });

  it('cannot take the name of the configured one', async () => {
    await expect(keys.createKey('configured', ['read'])).rejects.toMatchObject({ code: 'api-key-name-reserved' });
  });

  it('is not recognised once revoked', async () => {
    const { secret, id } = await keys.createKey('pipeline', ['read']);
    expect(await keys.revoke(id)).toBe(true);
    expect(await keys.revoke(id)).toBe(true);
    expect(await keys.authenticate(secret)).toBeUndefined();
    expect(await keys.revoke('00000000-0000-4000-8000-000000000000')).toBe(false);
  });
});

describe('last use', () => {
  it('is written at most once a minute', async () => {
    const { secret } = await keys.createKey('pipeline', ['read']);
    const lastUsed = async (): Promise<string | null | undefined> => (await keys.list())[0]?.lastUsedAt;
    expect(await lastUsed()).toBeNull();
    await keys.authenticate(secret, new Date('2026-01-01T00:00:00Z'));
    await keys.authenticate(secret, new Date('2026-01-01T00:00:59Z'));
    expect(await lastUsed()).toBe('2026-01-01T00:00:00.000Z');
    await keys.authenticate(secret, new Date('2026-01-01T00:01:01Z'));
    expect(await lastUsed()).toBe('2026-01-01T00:01:01.000Z');
  });
});

describe('the first key', () => {
  it('is made once, however many processes start together', async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => new ApiKeys(database).ensureFirstKey()));
    const secrets = made.filter((secret) => secret !== undefined);
    expect(secrets).toHaveLength(1);
    expect(await keys.authenticate(secrets[0] ?? '')).toMatchObject({ scopes: ['admin'] });
    expect(await keys.ensureFirstKey()).toBeUndefined();
  });

  it('is made again when every admin key was revoked, so that nobody is locked out', async () => {
    await keys.createKey('reader', ['read']);
    const first = await keys.ensureFirstKey();
    expect(first).toBeDefined();
    for (const key of await keys.list()) await keys.revoke(key.id);
    expect(await keys.ensureFirstKey()).not.toBe(first);
  });
});

describe('the configured key', () => {
  it('is an admin key, replaces the one configured before, and leaves others alone', async () => {
    const [before, after] = [newSecretKey(), newSecretKey()];
    const { secret: other } = await keys.createKey('other', ['read']);
    await keys.ensureConfiguredKey(before);
    await keys.ensureConfiguredKey(before);
    expect(await keys.authenticate(before)).toMatchObject({ scopes: ['admin'] });
    await keys.ensureConfiguredKey(after);
    expect(await keys.authenticate(before)).toBeUndefined();
    expect(await keys.authenticate(after)).toMatchObject({ keyName: 'configured' });
    expect(await keys.authenticate(other)).toBeDefined();
    expect(await keys.list()).toHaveLength(3);
  });

  it('does not come back by a restart once it was revoked', async () => {
    const secret = newSecretKey();
    await keys.ensureConfiguredKey(secret);
    for (const key of await keys.list()) await keys.revoke(key.id);
    await expect(keys.ensureConfiguredKey(secret)).rejects.toMatchObject({ code: 'api-key-revoked' });
  });
});
