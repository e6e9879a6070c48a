import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { migrate } from '@tidewaiter/db';
import { silentLogger } from '@tidewaiter/kit';
import { startPostgres, type TestDatabase } from './services/postgres';

/** An empty database with every migration applied, cloned from a template that is built once per set of migrations. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  const postgres = await startPostgres();
  const build = async (url: string): Promise<void> => void (await migrate(url, migrationsDir, silentLogger));
  return postgres.createDatabase({ template: { name: `migrated_${await migrationsHash()}`, build } });
}

const migrationsDir = path.resolve(import.meta.dirname, '../../../prisma/migrations');

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(migrationsDir)).sort()) {
    if (name.endsWith('.toml')) continue;
    hash.update(name).update(await readFile(path.join(migrationsDir, name, 'migration.sql')));
  }
  return hash.digest('hex').slice(0, 16);
}
