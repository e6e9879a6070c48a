import { openDatabase, type Database } from '@tidewaiter/db';
import { markUncounted, rankImages, readCounts, recountImages, writeSummaries } from '@tidewaiter/features/matches';
import { createMigratedDatabase } from '@tidewaiter/testing';
import type { ImageFilter } from './image-filter';
import { findByRisk, type RiskKey } from './images-by-risk';
import { ImagesRepository, type ScannedKey } from './images.repository';

/** More than are counted before all are. */
const images = 2_600;
/** The last package, the last part, and the images that are made of nothing else. */
const rare = { packageId: 61, partId: 91, images: [2_001, 2_002, 2_003] };
const none: ImageFilter = { registryId: undefined, repository: undefined, severity: undefined, q: undefined };

let database: Database;
let drop: () => Promise<void>;

/**
 * Packages with many findings and few, in parts that images share; the low ones have none of a severity, so that there are ties. The
 * first registry has the dangerous images, the second the others; some images are gone, some were never counted.
 */
beforeAll(async () => {
  const created = await createMigratedDatabase();
  ({ drop } = created);
  database = openDatabase({ url: created.url, applicationName: 'images spec' });
  await database.$executeRawUnsafe(`
    INSERT INTO feed (id, feed, source, state) VALUES ('osv:spec', 'osv', '/spec', 'ok');
    INSERT INTO advisory (source_id, feed, native_id, modified, aliases, upstream, severities, "references", content_hash)
    VALUES ('osv:spec', 'osv', 'A', '2026-01-01', '{}', '{}', '[]', '{}', '');
    INSERT INTO vulnerability (name, aliases, severity) SELECT 'CVE-' || n, '{}', 'high' FROM generate_series(1, 200) n;
    INSERT INTO package (id, identity, ecosystem, name, version, purl, judged_at)
    SELECT n, n::text::bytea, 'npm', 'package-' || n, '1', 'pkg:npm/' || n, now() FROM generate_series(1, ${rare.packageId}) n;
    INSERT INTO inventory_part (id, digest, package_ids, locations)
    SELECT n, n::text::bytea, ARRAY(SELECT DISTINCT 1 + (n * k * k + k) % 60 FROM generate_series(1, n % 6) k ORDER BY 1), '[]'
      FROM generate_series(1, 90) n;
    INSERT INTO image (id, digest, media_type, state, inventory_key, scanned_at, os_pretty_name)
    SELECT n, 'sha256:' || lpad(n::text, 4, '0'), '', 'scanned', '', timestamptz '2026-01-01' + make_interval(mins => n * 7 % 600),
           CASE WHEN n % 100 = 7 THEN 'Rare OS' END
      FROM generate_series(1, ${images}) n;
    INSERT INTO image_part (image_id, part_id, layer_index)
    SELECT n, 1 + (n * (l + 1) * 7 + l) % 90, l FROM generate_series(1, ${images}) n, generate_series(0, 2) l WHERE l <= n % 3;
    INSERT INTO inventory_part (id, digest, package_ids, locations) VALUES (${rare.partId}, 'rare', '{${rare.packageId}}', '[]');
    DELETE FROM image_part WHERE image_id IN (${rare.images.join()});
    INSERT INTO image_part (image_id, part_id, layer_index) SELECT n, ${rare.partId}, 0 FROM unnest(ARRAY[${rare.images.join()}]) n;
    INSERT INTO registry (id, name, kind, url) VALUES (1, 'first', 'oci', ''), (2, 'second', 'oci', '');
    INSERT INTO repository (id, registry_id, name) SELECT n, 1 + n % 2, 'team/app-' || n FROM generate_series(1, 20) n;`);
  await changeMatches(1);
  await recountImages(database);
  await database.$transaction((tx) => writeSummaries(tx, counted()), { timeout: 60_000 });
  await database.$executeRawUnsafe(`
    INSERT INTO manifest (id, repository_id, digest, deleted_at)
    SELECT r.image_id, 1 + r.place % 10 * 2 + CASE WHEN r.place < 1200 THEN 1 ELSE 0 END, 'manifest ' || r.image_id,
           CASE WHEN r.image_id % 20 = 0 THEN now() END
      FROM (SELECT i.id AS image_id, (row_number() OVER (ORDER BY k.critical DESC NULLS LAST, i.id))::int AS place
              FROM image i LEFT JOIN image_rank k ON k.image_id = i.id) r;
    INSERT INTO manifest_image (manifest_id, image_id) SELECT id, id FROM manifest;
    INSERT INTO tag (repository_id, manifest_id, name) SELECT repository_id, id, 'v' || id FROM manifest;
    ANALYZE;`);
}, 60_000);
afterAll(async () => {
  await database.$disconnect();
  await drop();
});

/** But for some, which nobody has counted. */
function counted(): readonly number[] {
  return Array.from({ length: images }, (_, n) => n + 1).filter((id) => id % 97 !== 0);
}

/** Other findings of a package in `every`, which are counted some time. */
async function changeMatches(seed: number, every = 1): Promise<void> {
  const ids = Array.from({ length: 60 }, (_, n) => n + 1).filter((id) => id % every === 0);
  await database.$transaction(async (tx) => {
    await tx.$executeRaw`DELETE FROM match WHERE package_id = ANY(${ids}::int[])`;
    await tx.$executeRaw`
      INSERT INTO match (package_id, vulnerability_id, advisory_id, state, severity, opened_at)
      SELECT p.id, v.id, a.id, 'affected',
             (ARRAY['critical', 'critical', 'high', 'high', 'high', 'medium', 'medium', 'low', 'low', 'unknown'])[1 + (v.id + p.id) % 10], now()
        FROM unnest(${ids}::int[]) AS p(id) CROSS JOIN advisory a
        JOIN vulnerability v ON v.id % 60 = p.id * ${seed} % 60 OR (p.id % 4 = 0 AND v.id % 30 = (p.id + ${seed}) % 30)`;
    await tx.$executeRaw`
      UPDATE match SET severity = 'negligible' WHERE package_id = 59 AND severity = 'low'`;
    await markUncounted(tx, ids);
  });
}

interface Known {
  readonly id: number;
  readonly registryId: number;
  readonly repository: string;
  readonly text: string;
}

/** Those that are there, from the rows and without any of the queries that are tried here. */
async function knownImages(): Promise<readonly Known[]> {
  return database.$queryRaw<Known[]>`
    SELECT i.id, g.id AS "registryId", r.name AS repository, concat_ws(' ', r.name, t.name, i.os_pretty_name) AS text
      FROM image i JOIN manifest m ON m.id = i.id JOIN repository r ON r.id = m.repository_id
      JOIN registry g ON g.id = r.registry_id JOIN tag t ON t.manifest_id = m.id
     WHERE m.deleted_at IS NULL`;
}

/** As every image counts now, in the order of that: `id: critical high medium low`. */
async function expected({ registryId, repository, severity, q }: ImageFilter): Promise<readonly string[]> {
  const counts = await readCounts(database);
  return (await knownImages())
    .filter((image) => registryId === undefined || image.registryId === registryId)
    .filter((image) => repository === undefined || image.repository === repository)
    .filter((image) => q === undefined || image.text.includes(q))
    .filter((image) => severity === undefined || (counts.get(image.id)?.[severity] ?? 0) > 0)
    .map(({ id }) => ({ id, ...counts.get(id) }))
    .map(({ id, critical = -1, high = -1, medium = -1, low = -1 }): RiskKey => [critical, high, medium, low, id])
    .sort((a, b) => b.map((part, n) => part - (a[n] ?? 0)).find((difference) => difference !== 0) ?? 0)
    .map(shown);
}

function shown([critical, high, medium, low, id]: RiskKey): string {
  return `${String(id)}: ${[critical, high, medium, low].join(' ')}`;
}

async function pages(filter: ImageFilter, size: number, atMost = Infinity): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let after: RiskKey | undefined; ;) {
    const rows = await findByRisk(database, { filter, after, count: size });
    const keys = rows.map(({ critical, high, medium, low, id }): RiskKey => [
      critical ?? -1,
      high ?? -1,
      medium ?? -1,
      low ?? -1,
      id,
    ]);
    seen.push(...keys.map(shown));
    after = keys.at(-1);
    if (keys.length < size || seen.length >= atMost) return seen;
  }
}

const filters: readonly ImageFilter[] = [
  none,
  { ...none, registryId: 2 },
  { ...none, registryId: 3 },
  { ...none, repository: 'team/app-7' },
  { ...none, severity: 'critical' },
  { ...none, severity: 'negligible' },
  { ...none, q: 'Rare' },
  { ...none, q: 'v77', registryId: 1, severity: 'low' },
];

async function expectAllInOrder(): Promise<void> {
  for (const filter of filters) {
    const all = await expected(filter);
    expect({ filter, found: await pages(filter, 200) }).toEqual({ filter, found: all });
    expect({ filter, found: (await pages(filter, 7, 21)).slice(0, 21) }).toEqual({ filter, found: all.slice(0, 21) });
  }
}

async function drift(): Promise<number> {
  const row = await database.imageDrift.findUniqueOrThrow({ where: { id: 1 } });
  return Object.entries(row).reduce((sum, [name, value]) => (/gained|lost/.test(name) ? sum + Number(value) : sum), 0);
}

describe('images by risk', () => {
  it('come in the order of their counts, each once, whatever is asked for and however many are alike', async () => {
    expect((await expected(none)).length).toBeGreaterThan(2_400);
    expect((await expected({ ...none, severity: 'negligible' })).length).toBeGreaterThan(5);
    await expectAllInOrder();
  }, 60_000);

  it('come in the order of their counts of now while their ranks are those of before', async () => {
    await changeMatches(7, 30);
    await recountImages(database);
    const little = await drift();
    await expectAllInOrder();
    await changeMatches(11);
    await recountImages(database);
    expect(await drift()).toBeGreaterThan(little);
    await expectAllInOrder();
  }, 120_000);

  it('come before all others when they were the last by their ranks', async () => {
    await rankImages(database);
    await database.$executeRaw`
      INSERT INTO match (package_id, vulnerability_id, advisory_id, state, severity, opened_at)
      SELECT ${rare.packageId}, v.id, a.id, 'affected', 'critical', now() FROM vulnerability v CROSS JOIN advisory a`;
    await database.$transaction((tx) => markUncounted(tx, [rare.packageId]));
    await recountImages(database);
    expect((await pages(none, 3, 3)).map((text) => Number.parseInt(text))).toEqual(rare.images.toReversed());
    await expectAllInOrder();
    await database.$executeRaw`DELETE FROM match WHERE package_id = ${rare.packageId}`;
    await database.$transaction((tx) => markUncounted(tx, [rare.packageId]));
    await recountImages(database);
    await expectAllInOrder();
  }, 120_000);

  it('come in the same order once they are ranked', async () => {
    const before = await Promise.all(filters.map(expected));
    expect(await rankImages(database)).toBe(rare.images.length);
    expect(await drift()).toBe(0);
    expect(await Promise.all(filters.map(expected))).toEqual(before);
    await expectAllInOrder();
  }, 60_000);

  it('leave out what is of the severity in a part only, and suppressed in the image', async () => {
    const filter: ImageFilter = { ...none, severity: 'critical' };
    const all = await expected(filter);
    const ids = all.slice(0, 90).map((text) => Number.parseInt(text));
    await database.$executeRaw`
      INSERT INTO image_suppression (image_id, findings, critical, high, medium, low, negligible, unknown, undetermined, fixable)
      SELECT image_id, critical, critical, 0, 0, 0, 0, 0, 0, 0 FROM image_rank WHERE image_id = ANY(${ids}::int[])`;
    await database.$executeRaw`UPDATE image_rank SET critical = 0 WHERE image_id = ANY(${ids}::int[])`;
    expect(await expected(filter)).toEqual(all.slice(90));
    await expectAllInOrder();
  }, 60_000);
});

describe('images by the time of their scan', () => {
  it('come newest first, each once, whatever is asked for', async () => {
    const repository = new ImagesRepository(database);
    const times = new Map((await database.image.findMany()).map(({ id, scannedAt }) => [id, scannedAt.getTime()]));
    for (const filter of filters) {
      const ids = (await expected(filter)).map((text) => Number.parseInt(text));
      const wanted = ids.sort((a, b) => (times.get(b) ?? 0) - (times.get(a) ?? 0) || b - a);
      const found: number[] = [];
      for (let after: ScannedKey | undefined, isMore = true; isMore;) {
        const rows = (await repository.findByScanTime(filter, { after, limit: 100 })).slice(0, 100);
        found.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        isMore = rows.length === 100;
        if (last !== undefined) after = [last.scannedAt.toISOString(), last.id];
      }
      expect({ filter, found }).toEqual({ filter, found: wanted });
    }
  }, 60_000);
});
