/**
 * Keeps prisma/migrations equal to prisma/schema.prisma without Prisma's native engine, which has to be downloaded.
 *
 *   node tools/migrations/main.mjs --name add_something   writes the next migration: last commit's schema -> this one
 *   node tools/migrations/main.mjs --check                exits 1 when the migrations make another database than the
 *                                                         schema; both are made and their catalogues compared
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogueOf } from './catalogue.mjs';
import { schemaDifference } from './schema-difference.mjs';
import { withScratchPostgres } from './scratch-postgres.mjs';

const root = join(import.meta.dirname, '../..');
const migrationsDir = join(root, 'prisma/migrations');
const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8');
const { values: options } = parseArgs({ options: { name: { type: 'string' }, check: { type: 'boolean' } } });

if (options.check) await check();
else if (options.name !== undefined) await writeMigration(options.name);
else fail('say --name NAME or --check', 2);

async function check() {
  const fromMigrations = migrations().map((name) => readFileSync(join(migrationsDir, name, 'migration.sql'), 'utf8'));
  const [wanted, made] = await withScratchPostgres(async (url) => [
    await catalogueOf(url, [await schemaDifference(url, undefined, schema)]),
    await catalogueOf(url, fromMigrations),
  ]);
  const missing = wanted.filter((line) => !made.includes(line));
  const extra = made.filter((line) => !wanted.includes(line));
  if (missing.length + extra.length > 0) {
    const rows = [...missing.map((line) => `missing: ${line}`), ...extra.map((line) => `extra:   ${line}`)];
    fail(`the migrations do not lead to prisma/schema.prisma; write one with --name\n${rows.join('\n')}`, 1);
  }
  console.log(
    `${fromMigrations.length} migration(s) lead to the schema: ${wanted.length} columns, indexes and constraints agree`,
  );
}

async function writeMigration(name) {
  const before = migrations().length === 0 ? undefined : committedSchema();
  const sql = await withScratchPostgres((url) => schemaDifference(url, before, schema));
  if (sql.trim() === '') fail('the schema is as it was in the last commit: nothing to migrate', 1);
  const stamp = new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const directory = join(migrationsDir, `${stamp}_${name}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'migration.sql'), sql);
  writeFileSync(join(migrationsDir, 'migration_lock.toml'), 'provider = "postgresql"\n');
  console.log(`wrote ${directory}`);
}

function migrations() {
  return readdirSync(migrationsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function committedSchema() {
  return execFileSync('git', ['show', 'HEAD:prisma/schema.prisma'], { cwd: root, encoding: 'utf8' });
}

function fail(message, exitCode) {
  console.error(message);
  process.exit(exitCode);
}
