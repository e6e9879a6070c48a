import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Database, Transaction } from '@tidewaiter/db';
import { UserError } from '@tidewaiter/kit';
import { DATABASE, scopes, type Scope } from '@tidewaiter/server';
import type { ApiKey, CreatedApiKey } from './accounts.schema';
import { hashOf, isSecretKey, newSecretKey, prefixOf } from './secret-key';

/** Who is calling, as far as an API key says. */
export interface Caller {
  readonly keyId: string;
  readonly keyName: string;
  readonly scopes: readonly Scope[];
}

const maxKeys = 1_000;
const lastUsedPrecisionMs = 60_000;
/** Any constant that nothing else locks by: processes that start together make one first key. */
const firstKeyLock = 71_829_002;
const configuredKeyName = 'configured';

/** The keys of the API. A secret is shown once and kept as its hash only. */
@Injectable()
export class ApiKeys {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async createKey(name: string, keyScopes: readonly Scope[]): Promise<CreatedApiKey> {
    if (name === configuredKeyName) {
      throw new UserError(
        'api-key-name-reserved',
        `the name "${configuredKeyName}" is for the key of TIDEWAITER_API_KEY`,
      );
    }
    return this.database.$transaction(async (tx) => {
      const count = await tx.apiKey.count({ where: { revokedAt: null } });
      if (count >= maxKeys) {
        throw new UserError('api-keys-too-many', `there are ${String(count)} API keys already; revoke some first`);
      }
      return insertKey(tx, { name, scopes: keyScopes, secret: newSecretKey() });
    });
  }

  /** The secret of a new admin key when there is no usable one yet; undefined when there is. */
  async ensureFirstKey(): Promise<string | undefined> {
    return this.database.$transaction(async (tx) => {
      await lockFirstKey(tx);
      const admin = await tx.apiKey.findFirst({ where: { revokedAt: null, scopes: { has: 'admin' } } });
      if (admin !== null) return undefined;
      const { secret } = await insertKey(tx, { name: 'first', scopes: ['admin'], secret: newSecretKey() });
      return secret;
    });
  }

  /**
   * Makes the operator's own key (TIDEWAITER_API_KEY) valid as an admin key, and the one it replaces invalid.
   * @throws UserError `api-key-revoked` when somebody revoked this very key: a restart does not bring it back.
   */
  async ensureConfiguredKey(secret: string): Promise<void> {
    const hash = hashOf(secret);
    await this.database.$transaction(async (tx) => {
      await lockFirstKey(tx);
      const known = await tx.apiKey.findUnique({ where: { hash } });
      if (known !== null && known.revokedAt !== null) {
        throw new UserError('api-key-revoked', 'the key in TIDEWAITER_API_KEY was revoked; set another one');
      }
      await tx.apiKey.updateMany({
        where: { name: configuredKeyName, revokedAt: null, NOT: { hash } },
        data: { revokedAt: new Date() },
      });
      if (known === null) await insertKey(tx, { name: configuredKeyName, scopes: ['admin'], secret });
    });
  }

  /** Newest first, revoked ones included. */
  async list(): Promise<readonly ApiKey[]> {
    const rows = await this.database.apiKey.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'asc' }], take: 5_000 });
    return rows.map(toApiKey);
  }

  /** False when there is no such key. Revoking twice is once. */
  async revoke(id: string): Promise<boolean> {
    const key = await this.database.apiKey.findUnique({ where: { id } });
    if (key === null) return false;
    await this.database.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    return true;
  }

  /** Finding by hash takes the same time however much of a guess is right. */
  async authenticate(secret: string, now = new Date()): Promise<Caller | undefined> {
    if (!isSecretKey(secret)) return undefined;
    const key = await this.database.apiKey.findUnique({ where: { hash: hashOf(secret) } });
    if (key === null || key.revokedAt !== null) return undefined;
    await this.noteUse(key.id, key.lastUsedAt, now);
    return { keyId: key.id, keyName: key.name, scopes: knownScopes(key.scopes) };
  }

  private async noteUse(id: string, lastUsedAt: Date | null, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - lastUsedPrecisionMs);
    if (lastUsedAt !== null && lastUsedAt > stale) return;
    await this.database.apiKey.updateMany({
      where: { id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lte: stale } }] },
      data: { lastUsedAt: now },
    });
  }
}

interface NewKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly secret: string;
}

async function insertKey(tx: Transaction, key: NewKey): Promise<CreatedApiKey> {
  const row = await tx.apiKey.create({
    data: {
      id: randomUUID(),
      name: key.name,
      prefix: prefixOf(key.secret),
      hash: hashOf(key.secret),
      scopes: [...key.scopes],
    },
  });
  return { ...toApiKey(row), secret: key.secret };
}

async function lockFirstKey(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${firstKeyLock})`;
}

interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: knownScopes(row.scopes),
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

/** A scope that this version does not know grants nothing. */
function knownScopes(stored: readonly string[]): Scope[] {
  return scopes.filter((scope) => stored.includes(scope));
}
