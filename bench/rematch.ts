/**
 * What a changed advisory costs, whatever the number of images, on an embedded PostgreSQL.
 *
 *   node --import ./tools/typescript/register.mjs bench/rematch.ts OSV-PATH [--images 10000,100000] [--packages N]
 *     [--changes 1,100,1000,10000] [--sample N] [--trivy-cache DIRECTORY] [--grype-cache DIRECTORY]
 *
 * OSV-PATH is an OSV zip or a directory of them: its names become the packages of made-up images. Every image has a base that many
 * share, a runtime that some share and an application that three tags share; popular packages are in most images, most are in few.
 * A changed record no longer names a fix, so packages become affected. Against it stands judging every image anew with the same code,
 * measured on a sample and multiplied, and the peers that are on the PATH, over bills of materials of that sample: OSV-Scanner with the
 * same records where OSV-PATH is a directory of zips, Trivy and Grype where a cache directory with a database of theirs is given.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Release } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { FeedSources, RefreshSource, Rematch } from '@tidewaiter/features/advisories';
import { countsOfAll, JudgePackages, PostgresAdvisoryIndex, recordPackages } from '@tidewaiter/features/matches';
import { findingsOf } from '@tidewaiter/matching';
import { withBenchDatabase, type BenchDatabase } from './bench-database';
import { numbersOf, shown, timed } from './figures';
import { addImages } from './made-up-images';
import { peersOverSboms, type PerImage } from './peers-over-sboms';

const { values, positionals } = parseArgs({
  options: {
    images: { type: 'string', default: '10000,100000' },
    packages: { type: 'string', default: '100000' },
    changes: { type: 'string', default: '1,100,1000,10000' },
    sample: { type: 'string', default: '100' },
    'trivy-cache': { type: 'string' },
    'grype-cache': { type: 'string' },
  },
  allowPositionals: true,
});

const [source] = positionals;
if (source === undefined) throw new Error('say the path of the advisories');

await withBenchDatabase((bench) => run(resolve(source), bench));

async function run(path: string, { database, directory }: BenchDatabase): Promise<void> {
  const { configured } = await new FeedSources(database).sync([path]);
  const judgePackages = new JudgePackages(database);
  const rematch = new Rematch(database, judgePackages);
  const snapshots = { snapshotDirectory: join(directory, 'snapshots'), maxShrinkPercent: 20 };
  await timed('import of the advisories', () => new RefreshSource(database, snapshots).refresh(configured[0] ?? ''));
  await rematch.drain();
  const ids = await addPackages(database, Number(values.packages));
  await timed(`first judging of ${shown(ids.length)} packages`, () => judgePackages.judgeNew(ids));
  let images = 0;
  for (const wanted of numbersOf(values.images)) {
    await timed(`making it ${shown(wanted)} images`, () => addImages(database, ids, { from: images, to: wanted }));
    images = wanted;
    await database.$executeRawUnsafe('VACUUM ANALYZE');
    await showStock(database);
    const others = await othersOnSample(database, path);
    const names = others.map(({ name }) => name.padStart(17)).join('');
    console.log(`changed records   packages   findings   images   seconds   rows written    WAL MB${names}`);
    for (const changed of numbersOf(values.changes))
      await measureChange(database, rematch, { changed, images, others });
  }
}

async function measureChange(
  database: Database,
  rematch: Rematch,
  { changed, images, others }: { changed: number; images: number; others: readonly PerImage[] },
): Promise<void> {
  const records = await dropFixes(database, changed);
  const before = await written(database);
  const startedMs = performance.now();
  const outcome = await rematch.drain();
  const tookMs = performance.now() - startedMs;
  const after = await written(database);
  const columns = [
    shown(records).padStart(15),
    shown(outcome.packages).padStart(10),
    shown(outcome.changes).padStart(10),
    shown(outcome.images).padStart(8),
    (tookMs / 1000).toFixed(2).padStart(9),
    shown(after.rows - before.rows).padStart(14),
    ((after.walBytes - before.walBytes) / 1e6).toFixed(1).padStart(9),
    ...others.map(({ ms }) => `${((ms * images) / tookMs).toFixed(0)}x as long`.padStart(16)),
  ];
  console.log(columns.join(' '));
}

/** Records that concern packages here lose their fixes: the next judging finds more packages affected. */
async function dropFixes(db: Database, records: number): Promise<number> {
  return db.$transaction(
    async (tx) => {
      const chosen = await tx.$queryRaw<{ id: number }[]>`
        SELECT a.id FROM advisory a
         WHERE EXISTS (SELECT FROM advisory_affected f JOIN package_key k ON k.ecosystem = f.ecosystem AND k.name = f.name
                        WHERE f.advisory_id = a.id AND f.ranges::text LIKE '%fixed%')
         ORDER BY md5(a.id::text || ${String(records)}) LIMIT ${records}`;
      const ids = chosen.map(({ id }) => id);
      await tx.$executeRaw`
        UPDATE advisory_affected SET versions = '{}',
               ranges = jsonb_build_array(jsonb_build_object('type', ranges->0->'type', 'events', '[{"introduced": "0"}]'::jsonb))
         WHERE advisory_id = ANY(${ids}::int[]) AND jsonb_array_length(ranges) > 0`;
      await tx.$executeRaw`
        INSERT INTO dirty_key (ecosystem, name, vulnerability_id, cause)
        SELECT DISTINCT f.ecosystem, f.name, v.vulnerability_id, jsonb_build_object('kind', 'feed', 'source', a.source_id, 'run', 1)
          FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id JOIN advisory_vulnerability v ON v.advisory_id = a.id
         WHERE a.id = ANY(${ids}::int[])
        ON CONFLICT DO NOTHING`;
      return ids.length;
    },
    { timeout: 600_000 },
  );
}

/** Who judges image by image, and what an image takes. */
async function othersOnSample(db: Database, osv: string): Promise<readonly PerImage[]> {
  const sample = await db.$queryRaw<
    { id: number }[]
  >`SELECT id FROM image ORDER BY md5(id::text) LIMIT ${Number(values.sample)}`;
  const startedMs = performance.now();
  for (const { id } of sample) await db.$transaction((tx) => judgeImage(tx, id), { timeout: 600_000 });
  const ours = { name: 'image by image', ms: (performance.now() - startedMs) / sample.length };
  const packages = await Promise.all(sample.map(({ id }) => packagesOf(db, id)));
  const peers = await peersOverSboms(packages, { osv, trivy: values['trivy-cache'], grype: values['grype-cache'] });
  for (const { name, ms } of [ours, ...peers])
    console.log(`${name}: ${ms.toFixed(0)} ms an image (mean of ${String(sample.length)})`);
  return [ours, ...peers];
}

function packagesOf(db: Database | Transaction, imageId: number) {
  return db.$queryRaw<{ ecosystem: string; name: string; version: string; purl: string }[]>`
    SELECT DISTINCT p.ecosystem, p.name, p.version, p.purl
      FROM image_part ip JOIN inventory_part part ON part.id = ip.part_id
     CROSS JOIN LATERAL unnest(part.package_ids) AS held(id) JOIN package p ON p.id = held.id
     WHERE ip.image_id = ${imageId}`;
}

/** As a scanner does it that knows images only: everything in the image, against everything known about it. */
async function judgeImage(tx: Transaction, id: number): Promise<number> {
  const packages = await packagesOf(tx, id);
  const keys = packages.flatMap((pkg) => ecosystemOf(pkg)?.lookupKeys(pkg) ?? []);
  const distinct = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const inputs = Map.groupBy(await new PostgresAdvisoryIndex(tx).lookup(distinct), ({ affected }) => keyText(affected));
  let findings = 0;
  for (const pkg of packages) {
    const own = (ecosystemOf(pkg)?.lookupKeys(pkg) ?? []).flatMap((key) => inputs.get(keyText(key)) ?? []);
    findings += findingsOf(pkg, own).length;
  }
  return findings;
}

function keyText({ ecosystem, name }: { ecosystem: string; name: string }): string {
  return `${ecosystem}\n${name}`;
}

async function showStock(db: Database): Promise<void> {
  const [row] = await db.$queryRaw<{ findings: bigint; matches: bigint }[]>`
    SELECT (SELECT sum(critical + high + medium + low + negligible + unknown + undetermined) FROM image i ${countsOfAll})::bigint AS findings,
           (SELECT count(*) FROM match WHERE closed_at IS NULL) AS matches`;
  console.log(`${shown(Number(row?.findings ?? 0))} findings, ${shown(Number(row?.matches ?? 0))} matches`);
}

async function written(db: Database): Promise<{ rows: number; walBytes: number }> {
  const [row] = await db.$queryRaw<{ rows: bigint; wal: bigint }[]>`
    SELECT (pg_stat_force_next_flush() IS NULL)::int, (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables)::bigint AS rows,
           pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS wal`;
  return { rows: Number(row?.rows ?? 0), walBytes: Number(row?.wal ?? 0) };
}

/** `Debian:12`, `Alpine:v3.20`. */
function releaseOf(ecosystem: string): Release | undefined {
  const [id = '', release] = ecosystem.split(':');
  return release === undefined ? undefined : { id: id.toLowerCase(), versionId: release.replace(/^v/, '') };
}

/** Names the advisories know, six versions of each at most. */
async function addPackages(db: Database, wanted: number): Promise<readonly number[]> {
  const rows = await db.$queryRaw<{ ecosystem: string; name: string; version: string }[]>`
    SELECT ecosystem, name, n || '.' || abs(hashtext(name || n)) % 20 || '.' || abs(hashtext(n || name)) % 9 AS version
      FROM (SELECT DISTINCT ecosystem, name FROM advisory_affected
             WHERE ecosystem IN ('npm', 'PyPI', 'Go', 'Maven', 'Debian:12', 'Debian:13', 'Alpine:v3.20', 'Alpine:v3.21')
               AND jsonb_array_length(ranges) > 0 AND ranges::text LIKE '%fixed%') k, generate_series(1, 9) AS n
     ORDER BY md5(ecosystem || name || n) LIMIT ${wanted}`;
  const ids: number[] = [];
  for (let start = 0; start < rows.length; start += 5_000) {
    const packages = rows.slice(start, start + 5_000).flatMap(({ ecosystem, ...named }) => {
      const own = ecosystemOf({ ecosystem });
      const pkg = own?.identify(named, releaseOf(ecosystem));
      return pkg === undefined ? [] : [{ package: pkg, keys: own?.lookupKeys(pkg) ?? [] }];
    });
    ids.push(...(await db.$transaction((tx) => recordPackages(tx, packages), { timeout: 60_000 })));
  }
  return ids;
}
