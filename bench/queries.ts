/**
 * How long the API takes to answer what people ask, over millions of findings on an embedded PostgreSQL.
 *
 *   node --import ./tools/typescript/register.mjs bench/queries.ts [--images 6000] [--listed 100000] [--packages 100000] [--matches 500000]
 *        [--rounds 50] [--only images|holders]
 *
 * Packages, vulnerabilities and matches are made up in the database; the images are those of bench/rematch. A finding is a match seen
 * from an image: the first line says how many there are. Every question is asked over HTTP's way through the whole process, each time
 * about another vulnerability or image, or for another page. Who has a vulnerability and lists of images are then asked for again with
 * many more images, with the ratio to before, and lists once more while images are not ranked anew yet after packages changed.
 */
import { parseArgs } from 'node:util';
import { Module, type DynamicModule } from '@nestjs/common';
import { apiInfo, ApiModule } from '@tidewaiter/api';
import type { Database } from '@tidewaiter/db';
import { ApiKeys } from '@tidewaiter/features/accounts';
import { countsOfAll, markUncounted, rankImages, recountImages } from '@tidewaiter/features/matches';
import { RegistriesModule } from '@tidewaiter/features/registries';
import { silentLogger } from '@tidewaiter/kit';
import { migrateQueue } from '@tidewaiter/queue';
import { coreModules, createHttpApp, mountOpenApi } from '@tidewaiter/server';
import { withBenchDatabase, type BenchDatabase } from './bench-database';
import { shown, timed } from './figures';
import { addImages } from './made-up-images';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '6000' },
    listed: { type: 'string', default: '100000' },
    only: { type: 'string' },
    packages: { type: 'string', default: '100000' },
    matches: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '50' },
  },
});
const packages = Number(values.packages);
const matches = Number(values.matches);
const vulnerabilities = Math.ceil(matches / 10);
const rounds = Number(values.rounds);
/** Pages behind the first one that are read before a page counts as a deep one. */
const deepAfter = 20;

/** What is true of most images, of some and of few. */
const imageFilters = [
  'severity=critical',
  'registry=bench',
  'registry=small',
  'q=team',
  'q=app-77',
  'repository=team/app-77',
];
const nothing = ['severity=negligible', 'registry=nobody', 'q=nothing'];

@Module({})
class BenchModule {
  static forRoot(url: string): DynamicModule {
    const database = { url, poolSize: 5 };
    const core = { app: 'bench', database, redis: { url: undefined, keyPrefix: 'bench' }, logger: silentLogger };
    return {
      module: BenchModule,
      imports: [
        ...coreModules(core),
        RegistriesModule.forRoot({ registries: [], secretKeys: [] }),
        ApiModule.forRoot({ databaseUrl: url }),
      ],
    };
  }
}

await withBenchDatabase(run);

async function run({ database, url }: BenchDatabase): Promise<void> {
  await timed('packages, vulnerabilities and matches', () => addMatches(database));
  await summarise(database);
  const [few, many] = [Number(values.images), Number(values.listed)];
  await timed(`${shown(few)} images`, () => addListed(database, 0, few));
  const [stock] = await database.$queryRaw<{ findings: bigint; open: bigint }[]>`
    SELECT (SELECT sum(critical + high + medium + low + negligible + unknown + undetermined) FROM image i ${countsOfAll})::bigint AS findings,
           (SELECT count(*) FROM match) AS open`;
  console.log(`${shown(Number(stock?.findings))} findings, ${shown(Number(stock?.open))} matches`);
  await migrateQueue({ kind: 'postgres', url });
  const app = await createHttpApp(BenchModule.forRoot(url), { logger: silentLogger });
  await mountOpenApi(app.nest, apiInfo);
  await app.nest.init();
  await app.server.ready();
  // No configuration names the registry, so the start has taken it for removed.
  await database.registry.updateMany({ data: { removedAt: null } });
  const { secret } = await app.nest.get(ApiKeys, { strict: false }).createKey('bench', ['read']);
  const get = async (path: string, isNothing = false): Promise<Page> => {
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await app.server.inject({ method: 'GET', url: `/api/v1/${path}`, headers });
    if (answer.statusCode !== 200) throw new Error(`${path}: ${String(answer.statusCode)} ${answer.body}`);
    // The API's own answers, which its specs hold to their schemas.
    const page = answer.json<Page>();
    if ((page.items.length === 0) !== isNothing)
      throw new Error(`${path} was answered with ${String(page.items.length)} items: that is not what is measured`);
    return page;
  };
  try {
    console.log(`${'question'.padEnd(58)}    p50    p95    p99 ms`);
    if (values.only === undefined) await measureAll(get);
    const before = await measureGrowing(get);
    await timed(`${shown(many)} images`, () => addListed(database, few, many));
    console.log(`${''.padEnd(58)}    p50    p95    p99 ms, and p50 to that of ${shown(few)} images`);
    await measureGrowing(get, before);
    if (values.only !== 'holders') await measureDrift(database, get);
  } finally {
    await app.close();
  }
}

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

/** `isNothing`: it is to be answered with an empty page. */
type Get = (path: string, isNothing?: boolean) => Promise<Page>;

async function measureAll(get: Get): Promise<void> {
  const filters = ['', '&severity=critical', '&fixable=true', '&exploited=true', '&verdict=undetermined'];
  for (const sort of ['risk', 'severity', 'epss', 'opened']) {
    for (const filter of filters) {
      const path = `findings?limit=50&sort=${sort}${filter}`;
      await measure(`findings by ${sort} ${filter.slice(1)}, first page`, () => get(path));
      await measurePages(`findings by ${sort} ${filter.slice(1)}, deep pages`, get, path);
    }
  }
  const digest = (round: number) => `sha256:${String((round * 7_919) % Number(values.images)).padStart(64, '0')}`;
  await measure('findings of an image', (round) => get(`images/${digest(round)}/findings?limit=50`));
}

type Medians = ReadonlyMap<string, number>;
/** Keeps a median by its question, and shows what it was before. */
type Note = (name: string, measured: Promise<number | undefined>) => Promise<void>;

/** What may depend on how many images there are. Returns the medians, by question. */
async function measureGrowing(get: Get, before?: Medians): Promise<Medians> {
  const medians = new Map<string, number>();
  const note: Note = async (name, measured) => {
    const median = await measured;
    const known = before?.get(name);
    if (median === undefined) return;
    medians.set(name, median);
    if (known !== undefined) console.log(`${''.padEnd(82)} ${(median / known).toFixed(2)}x`);
  };
  if (values.only !== 'images') await measureHolders(get, note);
  if (values.only !== 'holders') await measureImages(get, note);
  return medians;
}

async function measureHolders(get: Get, note: Note): Promise<void> {
  // One in a few is in thousands of images, most are in some.
  const cve = (round: number) => `CVE-2020-${String(10_000 + ((round * 7_919) % vulnerabilities))}`;
  const having = (id: string) => `vulnerabilities/${id}/images?limit=50`;
  await note(
    'any',
    measure('who has CVE-X, first page', (round) => get(having(cve(round)))),
  );
  await note(
    'common',
    measure('who has one of the commonest, first page', (round) => get(having(`CVE-2020-${String(10_000 + round)}`))),
  );
  await note('common deep', measurePages('who has the commonest, deep pages', get, having('CVE-2020-10000')));
}

async function measureImages(get: Get, note: Note): Promise<void> {
  for (const sort of ['scanned', 'risk']) {
    const path = `images?limit=50&sort=${sort}`;
    for (const filter of ['', ...imageFilters])
      await note(
        `${sort} ${filter}`,
        measure(`images by ${sort} ${filter}, first page`, () => get(`${path}&${filter}`)),
      );
    for (const filter of nothing)
      await note(
        `${sort} ${filter}`,
        measure(`images by ${sort} ${filter}, of none`, () => get(`${path}&${filter}`, true)),
      );
    for (const filter of ['', 'severity=critical', 'registry=bench'])
      await note(
        `${sort} ${filter} deep`,
        measureDeep(`images by ${sort} ${filter}, deep pages`, get, `sort=${sort}&${filter}`),
      );
  }
}

/** Half way through all images, and on from there. */
async function measureDeep(name: string, get: Get, query: string): Promise<number | undefined> {
  const cursors = [''];
  for (let next: string | null = ''; next !== null;) {
    ({ next } = await get(`images?limit=200&${query}${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`));
    if (next !== null) cursors.push(next);
  }
  const half = encodeURIComponent(cursors[Math.floor(cursors.length / 2)] ?? '');
  return measurePages(name, get, `images?limit=50&${query}`, { from: half, after: 0 });
}

/** A finding of some packages becomes worse; lists are asked for before images are ranked anew. */
async function measureDrift(database: Database, get: Get): Promise<void> {
  for (const changed of [12, 1_200]) {
    await database.$transaction(async (tx) => {
      const packages = await tx.$queryRaw<{ id: number }[]>`
        SELECT id FROM package ORDER BY md5(id::text || ${String(changed)}) LIMIT ${changed}`;
      const ids = packages.map(({ id }) => id);
      await tx.$executeRaw`
        UPDATE match SET severity = 'high' WHERE id IN (
          SELECT DISTINCT ON (package_id) id FROM match WHERE package_id = ANY(${ids}::int[]) AND severity = 'medium')`;
      await markUncounted(tx, ids);
    });
    await timed(`${shown(changed)} packages changed, and counted`, () => recountImages(database));
    await measure('images by risk before they are ranked anew, first page', () => get('images?limit=50&sort=risk'));
    await measurePages('images by risk before they are ranked anew, deep pages', get, 'images?limit=50&sort=risk');
    await timed('ranked anew', () => rankImages(database));
  }
}

/** Shows and returns the median. */
async function measure(name: string, ask: (round: number) => Promise<unknown>): Promise<number> {
  await ask(rounds);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await ask(round);
    times.push(performance.now() - startedMs);
  }
  return show(name, times);
}

async function measurePages(
  name: string,
  get: Get,
  path: string,
  { from, after }: { readonly from?: string; readonly after: number } = { after: deepAfter },
): Promise<number | undefined> {
  const times: number[] = [];
  let cursor = from;
  for (let page = 0; page < after + rounds; page += 1) {
    const startedMs = performance.now();
    const { next } = await get(cursor === undefined ? path : `${path}&cursor=${encodeURIComponent(cursor)}`);
    if (page >= after) times.push(performance.now() - startedMs);
    if (next === null) break;
    cursor = next;
  }
  return times.length === 0 ? undefined : show(name, times);
}

function show(name: string, times: number[]): number {
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0).toFixed(1);
  console.log(`${name.padEnd(58)} ${[0.5, 0.95, 0.99].map((share) => at(share).padStart(6)).join(' ')}`);
  return Number(at(0.5));
}

/** Every package has as many, and the first vulnerabilities are in many more packages than the last. */
async function addMatches(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO package (identity, ecosystem, name, version, purl, judged_at)
    SELECT decode(md5('package ' || n), 'hex'), 'npm', 'package-' || n / 6, '1.' || n % 6 || '.0', 'pkg:npm/package-' || n / 6 || '@1.' || n % 6 || '.0', now()
      FROM generate_series(0, ${packages - 1}::int) AS n`;
  await db.$executeRaw`
    INSERT INTO vulnerability (name, aliases, summary, severity, epss, exploited_since)
    SELECT 'CVE-2020-' || 10000 + n, ARRAY['GHSA-' || md5(n::text)], 'Something is wrong with ' || n,
           (ARRAY['critical', 'high', 'high', 'medium', 'medium', 'medium', 'low', 'unknown'])[1 + n % 8],
           power(abs(hashtext('e' || n)) / 2147483648.0, 6), CASE WHEN n % 211 = 0 THEN '2026-01-01' END
      FROM generate_series(0, ${vulnerabilities - 1}::int) AS n`;
  await db.$executeRaw`INSERT INTO feed (id, feed, source, state, ecosystems) VALUES ('osv:bench', 'osv', '/bench', 'ok', '{npm}')`;
  await db.$executeRaw`
    INSERT INTO advisory (source_id, feed, native_id, modified, aliases, upstream, severities, "references", content_hash)
    VALUES ('osv:bench', 'osv', 'BENCH', '2026-01-01T00:00:00Z', '{}', '{}', '[]', '{}', '')`;
  await db.$executeRaw`
    INSERT INTO match (package_id, vulnerability_id, advisory_id, state, severity, fixed_in, fix_state, epss, exploited, risk, opened_at)
    SELECT p.id, v.id, a.id, CASE WHEN v.id % 97 = 0 THEN 'undetermined' ELSE 'affected' END, v.severity,
           CASE WHEN (v.id + p.id) % 3 > 0 THEN '2.0.0' END, 'fixed', v.epss, v.exploited_since IS NOT NULL,
           round((CASE WHEN v.exploited_since IS NULL THEN 50 * v.epss + v.id % 50 ELSE 80 + v.id % 20 END)::numeric, 1), timestamptz '2026-01-01' + make_interval(mins => v.id % 90000)
      FROM (SELECT DISTINCT p.id AS package_id,
                   (SELECT min(id) FROM vulnerability) + floor(${vulnerabilities} * power(abs(hashtext(p.id || '-' || k)) / 2147483648.0, 3))::int AS vulnerability_id
              FROM package p, generate_series(1, ${Math.ceil(matches / packages)}::int) AS k) picked
      JOIN package p ON p.id = picked.package_id JOIN vulnerability v ON v.id = picked.vulnerability_id CROSS JOIN advisory a`;
}

async function summarise(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO package_summary (package_id, critical, high, medium, low, negligible, unknown, undetermined, fixable)
    SELECT m.package_id, count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'critical'),
           count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'high'),
           count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'medium'),
           count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'low'), 0,
           count(*) FILTER (WHERE m.state = 'affected' AND m.severity = 'unknown'),
           count(*) FILTER (WHERE m.state = 'undetermined'),
           count(*) FILTER (WHERE m.state = 'affected' AND m.fixed_in IS NOT NULL)
      FROM match m GROUP BY m.package_id`;
}

async function addListed(db: Database, from: number, to: number): Promise<void> {
  const packageIds = await db.package.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  await addImages(
    db,
    packageIds.map(({ id }) => id),
    { from, to },
  );
  await addPlaces(db);
  await db.$executeRawUnsafe('VACUUM ANALYZE');
}

/** Three tags a repository, each an image of its own; one repository in a hundred is in another registry. */
async function addPlaces(db: Database): Promise<void> {
  await db.$executeRaw`
    INSERT INTO registry (name, kind, url) VALUES ('bench', 'oci', 'https://bench.example'), ('small', 'oci', 'https://small.example')
    ON CONFLICT DO NOTHING`;
  await db.$executeRaw`
    INSERT INTO repository (registry_id, name)
    SELECT g.id, 'team/app-' || n
      FROM generate_series(0, (SELECT count(*) / 3 FROM image)) AS n
      JOIN registry g ON g.name = CASE WHEN n % 100 = 0 THEN 'small' ELSE 'bench' END
    ON CONFLICT DO NOTHING`;
  await db.$executeRaw`
    INSERT INTO manifest (repository_id, digest)
    SELECT r.id, i.digest FROM image i JOIN repository r ON r.name = 'team/app-' || substr(i.digest, 8)::int / 3
    ON CONFLICT DO NOTHING`;
  await db.$executeRaw`
    INSERT INTO manifest_image (manifest_id, image_id)
    SELECT m.id, i.id FROM manifest m JOIN image i ON i.digest = m.digest
    ON CONFLICT DO NOTHING`;
  await db.$executeRaw`
    INSERT INTO tag (repository_id, manifest_id, name) SELECT m.repository_id, m.id, 'v' || m.id FROM manifest m
    ON CONFLICT DO NOTHING`;
}
