/**
 * What advisories cost, in one run: reading them, writing them, looking again, a small change, judging again.
 *
 *   node --import ./tools/typescript/register.mjs bench/advisories.ts PATH [--keep DIRECTORY]
 *
 * PATH is an OSV zip or a directory of them. Times depend on the machine; the ratios, all against one plain reading of the
 * same bytes, say more.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { migrate, migrationsDir, openDatabase, type Database } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { startEmbeddedPostgres } from '@tidewaiter/embedded-postgres';
import { createFeedIo } from '@tidewaiter/feed-io';
import { configuredSource, isFeedProblem } from '@tidewaiter/feeds';
import { FeedSources, RefreshSource, Rematch } from '@tidewaiter/features/advisories';
import { JudgePackages, recordPackages, writeSummaries } from '@tidewaiter/features/matches';
import { silentLogger } from '@tidewaiter/kit';

const { values, positionals } = parseArgs({
  options: { packages: { type: 'string', default: '50000' }, images: { type: 'string', default: '5000' } },
  allowPositionals: true,
});
const [source] = positionals;
if (source === undefined) throw new Error('say the path of the advisories');
const packageCount = Number(values.packages);
const imageCount = Number(values.images);

const directory = await mkdtemp(join(tmpdir(), 'tidewaiter-bench-'));
const server = await startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), logger: silentLogger });
const database = openDatabase({ url: server.url, applicationName: 'bench' });
try {
  await migrate(server.url, migrationsDir(), silentLogger);
  await run(resolve(source));
} finally {
  await database.$disconnect();
  await server.stop();
  await rm(directory, { recursive: true });
}

async function run(path: string): Promise<void> {
  const { configured } = await new FeedSources(database).sync([path]);
  const feedId = configured[0] ?? '';
  const judgePackages = new JudgePackages(database);
  const rematch = new Rematch(database, judgePackages);
  const refreshSource = new RefreshSource(database, {
    snapshotDirectory: join(directory, 'snapshots'),
    maxShrinkPercent: 20,
  });
  const readMs = await step('read and parse, nothing kept', () => readOnly(path));
  await step('first import', () => refreshSource.refresh(feedId), readMs);
  await step('refresh, nothing new', () => refreshSource.refresh(feedId), readMs);
  await step('forget the keys that no package has', () => rematch.drain(), readMs);

  await touchAdvisories(database, 100);
  await step('refresh, 100 records changed', () => refreshSource.refresh(feedId), readMs);
  await rematch.drain();

  await touchAdvisories(database, 1_000);
  const ids = await step(
    `record ${String(packageCount)} packages`,
    () => addPackages(database),
    readMs,
    (all) => all.length,
  );
  await step(
    'judge them for the first time',
    () => judgePackages.judgeNew(ids),
    readMs,
    () => 'done',
  );
  await step(`add ${String(imageCount)} images`, () => addImages(database, ids), readMs);
  await step('refresh, 1,000 records changed', () => refreshSource.refresh(feedId), readMs);
  await step('rematch after it', () => rematch.drain(), readMs);
}

async function step<T>(
  name: string,
  work: () => Promise<T>,
  baseMs?: number,
  show: (result: T) => unknown = (result) => result,
): Promise<T extends number ? number : T> {
  const startedMs = performance.now();
  const result = await work();
  const tookMs = performance.now() - startedMs;
  const ratio = baseMs === undefined ? '' : ` ${(tookMs / baseMs).toFixed(2)}x`;
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${name}: ${(tookMs / 1000).toFixed(2)} s${ratio}, peak ${String(peakMb)} MB, ${JSON.stringify(show(result))}`,
  );
  return (baseMs === undefined ? tookMs : result) as never;
}

async function readOnly(path: string): Promise<number> {
  const { feed, source: place } = configuredSource(path);
  const fetched = await feed.fetch(undefined, createFeedIo({ source: place, directory }));
  if (fetched === 'unchanged') throw new Error('nothing was read');
  let records = 0;
  for await (const item of feed.parse(fetched.snapshot)) if (!isFeedProblem(item)) records += 1;
  return records;
}

async function touchAdvisories(db: Database, count: number): Promise<void> {
  await db.$executeRaw`
    UPDATE advisory SET content_hash = '\\x00', aliases = '{}', severities = '[]'
     WHERE id IN (SELECT id FROM advisory WHERE aliases <> '{}' ORDER BY md5(id::text || ${String(count)}) LIMIT ${count})`;
  await db.$executeRaw`UPDATE feed SET fingerprint = NULL`;
}

async function addPackages(db: Database): Promise<readonly number[]> {
  const rows = await db.$queryRaw<{ ecosystem: string; name: string; version: string }[]>`
    SELECT ecosystem, name, n || '.' || abs(hashtext(name || n)) % 20 || '.0' AS version
      FROM (SELECT DISTINCT ecosystem, name FROM advisory_affected
             WHERE ecosystem IN ('npm', 'Debian:12', 'Debian:13', 'Alpine:v3.20', 'Alpine:v3.21')) k,
           generate_series(1, 6) AS n
     ORDER BY md5(ecosystem || name || n) LIMIT ${packageCount}`;
  const ids: number[] = [];
  for (let start = 0; start < rows.length; start += 5_000) {
    const packages = rows.slice(start, start + 5_000).map((row) => {
      const pkg = { ...row, purl: `pkg:generic/${row.name}@${row.version}` };
      return { package: pkg, keys: ecosystemOf(pkg)?.lookupKeys(pkg) ?? [] };
    });
    ids.push(...(await db.$transaction((tx) => recordPackages(tx, packages), { timeout: 60_000 })));
  }
  return ids;
}

/** A tenth of the packages are bases, in parts that many images share. */
async function addImages(db: Database, ids: readonly number[]): Promise<number> {
  await db.$executeRaw`
    INSERT INTO inventory_part (digest, package_ids, locations)
    SELECT decode(md5(n::text), 'hex'), (SELECT array_agg(DISTINCT id ORDER BY id) FROM (
             SELECT (${[...ids]}::int[])[1 + abs(hashtext(n || '-' || k)) % ${ids.length}] AS id
               FROM generate_series(1, 120) AS k) picked), '[]'
      FROM generate_series(1, ${Math.ceil(imageCount / 2)}) AS n`;
  await db.$executeRaw`
    INSERT INTO image (digest, media_type, state, inventory_key, scanned_at)
    SELECT 'sha256:' || n, '', 'scanned', '', now() FROM generate_series(1, ${imageCount}) AS n`;
  await db.$executeRaw`
    INSERT INTO image_part (image_id, part_id, layer_index)
    SELECT i.id, p.id, row_number() OVER (PARTITION BY i.id ORDER BY p.id)
      FROM image i JOIN inventory_part p ON p.id % ${Math.ceil(imageCount / 2)} IN (i.id % 50, i.id % 700, i.id / 2)`;
  const images = await db.$queryRaw<{ id: number }[]>`SELECT id FROM image`;
  await db.$transaction(
    (tx) =>
      writeSummaries(
        tx,
        images.map(({ id }) => id),
      ),
    { timeout: 600_000 },
  );
  return images.length;
}
