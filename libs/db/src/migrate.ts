import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError, UserError, type Logger } from '@tidewaiter/kit';
import { Client } from 'pg';

/**
 * Applies prisma/migrations in order, each in one transaction, under an advisory lock so that processes starting together
 * do it once. Keeps Prisma's own `_prisma_migrations` table, so `prisma migrate deploy` may be used instead; its native
 * engine has to be downloaded, which a closed network does not allow.
 */
export async function migrate(databaseUrl: string, migrationsDir: string, logger: Logger): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'tidewaiter migrate' });
  await connect(client);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    await client.query(createLedger);
    const applied = await appliedMigrations(client);
    const fresh: string[] = [];
    for (const migration of await readMigrations(migrationsDir)) {
      const checksum = applied.get(migration.name);
      if (checksum === undefined) {
        await apply(client, migration);
        logger.info('migration applied', { migration: migration.name });
        fresh.push(migration.name);
      } else if (checksum !== migration.checksum) {
        throw new UserError(
          'migration-changed',
          `migration ${migration.name} was changed after it was applied to this database; restore the file`,
        );
      }
    }
    return fresh;
  } finally {
    await client.end();
  }
}

/** Any constant that nothing else locks by. */
const migrationLock = 71_829_001;

// Prisma's ledger: prisma/engines, "migration_persistence.rs".
const createLedger = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function connect(client: Client): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    const where = `${client.host}:${String(client.port)}`;
    throw new OperationalError('database-unreachable', `cannot connect to Postgres at ${where}; check DATABASE_URL`, {
      cause,
    });
  }
}

async function readMigrations(migrationsDir: string): Promise<readonly Migration[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(migrationsDir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function appliedMigrations(client: Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw new OperationalError('migration-failed', `migration ${migration.name} failed and was rolled back`, { cause });
  }
}
