import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@tidewaiter/kit';
import { startPostgres, type TestDatabase } from '@tidewaiter/testing';
import { Client } from 'pg';
import { migrate } from './migrate';
import { migrationsDir } from './migrations-dir';

const migration = '20261127181500_part_summaries';

let database: TestDatabase;
let client: Client;
let directory: string;

/** A database as it was before the migration. */
beforeAll(async () => {
  database = await (await startPostgres()).createDatabase();
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-migrations-'));
  for (const name of await readdir(migrationsDir()))
    if (name < migration) await cp(join(migrationsDir(), name), join(directory, name), { recursive: true });
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
  await rm(directory, { recursive: true });
});

it('the counts of images that are there already stay what they were', async () => {
  await migrate(database.url, directory, silentLogger);
  await client.query(`
    INSERT INTO image (id, digest, media_type, state, inventory_key, scanned_at)
    SELECT n, 'image ' || n, '', 'scanned', '', now() FROM generate_series(1, 4) n;
    INSERT INTO inventory_part (id, digest, package_ids, locations)
    VALUES (1, 'base', '{1,2}', '[]'), (2, 'app', '{2,3}', '[]'), (3, 'empty', '{}', '[]'), (4, 'nobody', '{1}', '[]');
    INSERT INTO package_summary VALUES (1, 1, 2, 0, 0, 0, 0, 0, 3), (2, 0, 5, 0, 0, 0, 0, 1, 2);
    -- Package 2 is in both parts of the first, of whose findings one is suppressed; the second has the same part twice.
    INSERT INTO image_part (image_id, part_id, layer_index, repeated)
    VALUES (1, 1, 0, '{}'), (1, 2, 1, '{2}'), (2, 1, 0, '{}'), (2, 1, 1, '{1,2}'), (2, 3, 2, '{}'), (4, 1, 0, '{}');
    INSERT INTO image_suppression VALUES (1, 1, 0, 1, 0, 0, 0, 0, 0, 1, '{7}');
    INSERT INTO image_summary
    VALUES (1, 3, 1, 6, 0, 0, 0, 0, 1, 4, '2026-01-01'), (2, 2, 1, 7, 0, 0, 0, 0, 1, 5, '2026-01-02'), (3, 0, 0, 0, 0, 0, 0, 0, 0, 0, '2026-01-03')`);
  const { rows: before } = await client.query(`
    SELECT i.id, s.packages, s.critical, s.high, s.undetermined, s.fixable, s.updated_at
      FROM image i LEFT JOIN image_summary s ON s.image_id = i.id ORDER BY 1`);
  expect(await migrate(database.url, migrationsDir(), silentLogger)).toContain(migration);
  const own = (name: string) => `
    coalesce((SELECT sum(p.${name}) FROM image_part ip JOIN part_summary p ON p.part_id = ip.part_id WHERE ip.image_id = i.id), 0)::int - r.${name}`;
  const left = (name: string) =>
    `${own(name)} - coalesce((SELECT ${name} FROM image_suppression WHERE image_id = i.id), 0) AS ${name}`;
  const { rows: after } = await client.query(`
    SELECT i.id, ${own('packages')} AS packages, ${['critical', 'high', 'undetermined', 'fixable'].map(left).join(', ')}, r.updated_at
      FROM image i LEFT JOIN image_repetition r ON r.image_id = i.id ORDER BY 1`);
  expect(after).toEqual(before);
  const { rows: ranks } = await client.query(`SELECT image_id AS id, critical, high FROM image_rank ORDER BY 1`);
  expect(ranks).toEqual(before.slice(0, 3).map(({ id, critical, high }) => ({ id, critical, high })));
  const { rows: parts } = await client.query('SELECT part_id, packages, high FROM part_summary ORDER BY 1');
  expect(parts).toEqual([
    { part_id: 1, packages: 2, high: 7 },
    { part_id: 2, packages: 2, high: 5 },
    { part_id: 3, packages: 0, high: 0 },
    { part_id: 4, packages: 1, high: 2 },
  ]);
}, 60_000);
