/**
 * What an image costs in the database beyond its distinct packages, on an embedded PostgreSQL.
 *
 *   node --import ./tools/typescript/register.mjs bench/storage.ts [--images 10000] [--packages 60000]
 *
 * Every image has about 380 packages of ten layers: a base that many share, a runtime that some share and an application that three
 * tags share, and it was pushed and scanned once. For each layer with packages there is its evidence, of the size that layers of
 * Debian and Node.js have. Packages and what is known of them are not counted: they are there once, however many images hold them.
 */
import { createHash } from 'node:crypto';
import { parseArgs, promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import type { Database } from '@tidewaiter/db';
import type { LayerEvidence } from '@tidewaiter/engine';
import { recordPackages } from '@tidewaiter/features/matches';
import { withBenchDatabase } from './bench-database';
import { shown, timed } from './figures';
import { addImages } from './made-up-images';

const { values } = parseArgs({
  options: { images: { type: 'string', default: '10000' }, packages: { type: 'string', default: '60000' } },
});
const images = Number(values.images);
const compress = promisify(zstdCompress);
const budgetBytes = 20_000;
/** The first parts that there are. */
const bases = 300;

await withBenchDatabase(async ({ database }) => {
  const ids = await timed('packages', () => addPackages(database, Number(values.packages)));
  await timed(`${shown(images)} images`, () => addImages(database, ids, { from: 0, to: images, isWhole: true }));
  await timed('what layers hold', () => addEvidence(database));
  await timed('pushes and scans', () => addLedger(database));
  await database.$executeRawUnsafe('VACUUM ANALYZE');
  await show(database);
});

async function addPackages(db: Database, wanted: number): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let start = 0; start < wanted; start += 5_000) {
    const packages = Array.from({ length: Math.min(5_000, wanted - start) }, (_, n) => {
      const [name, version] = [`package-${String(start + n)}`, `1.${String(n % 40)}.${String(n % 7)}`];
      const pkg = { ecosystem: 'npm', name, version, purl: `pkg:npm/${name}@${version}` };
      return { package: pkg, keys: [{ ecosystem: 'npm', name }] };
    });
    ids.push(...(await db.$transaction((tx) => recordPackages(tx, packages), { timeout: 60_000 })));
  }
  return ids;
}

async function addEvidence(db: Database): Promise<void> {
  const parts = await db.inventoryPart.findMany({ select: { id: true, packageIds: true } });
  for (let start = 0; start < parts.length; start += 200) {
    const batch = parts.slice(start, start + 200);
    const data = await Promise.all(
      batch.map(async ({ id, packageIds }) => ({
        key: `sha256:${hashOf(String(id))} ${hashOf('limits')}`,
        evidence: new Uint8Array(await compress(JSON.stringify(evidenceOf(id, packageIds)))),
      })),
    );
    await db.layerEvidence.createMany({ data });
  }
}

/**
 * A base is a package database with the files each package owns, and programs; anything else is a manifest a package with as many
 * files of others, and few programs. As counted in images of Debian 12 (164 packages, 6,885 files, 1,134 programs: 136 KB) and
 * Node.js (261 packages, 22 programs: 13 KB).
 */
function evidenceOf(part: number, packageIds: readonly number[]): LayerEvidence {
  const isBase = part <= bases;
  const packages = packageIds.map((id) => ({ name: `package-${String(id)}`, version: `1.${String(id % 40)}.0` }));
  const executables = Array.from({ length: isBase ? 1_100 : 20 }, (_, n) => ({
    ...{ path: `usr/lib/${String(part)}/${String(n)}.so`, kind: 'elf' as const, mode: 0o755, sizeBytes: 1_000 * n },
    sha256: hashOf(`${String(part)}/${String(n)}`),
  }));
  return {
    ...{ readers: ['npm@1'], files: isBase ? databaseOf(packages) : manifestsOf(packages), executables },
    ...{ whiteouts: [], opaqueDirectories: [], symlinks: [], hardlinks: [], directories: [], unstatedDirectories: [] },
    ...{ nonDirectories: hashOf(String(part)), problems: [], evidenceBytes: 0, uncompressedBytes: 0 },
  };
}

type Packages = readonly { readonly name: string; readonly version: string }[];

function databaseOf(packages: Packages): LayerEvidence['files'] {
  const ownedFiles = packages.map(({ name }) => ({
    name,
    paths: Array.from({ length: 40 }, (_, n) => `usr/share/${name}/${hashOf(name + String(n)).slice(0, 8)}`),
  }));
  return [{ path: 'var/lib/dpkg/status', extractor: 'dpkg', packages: [...packages], ownedFiles }];
}

function manifestsOf(packages: Packages): LayerEvidence['files'] {
  return packages.flatMap((pkg) => {
    const directory = `srv/app/node_modules/${pkg.name}`;
    return [
      { path: `${directory}/package.json`, extractor: 'npm', packages: [pkg], licenses: ['MIT'] },
      { path: `${directory}/dist/package.json`, extractor: 'npm', packages: [] },
    ];
  });
}

/** A repository for three tags; each tag was pushed, told of, and scanned once. */
async function addLedger(db: Database): Promise<void> {
  const { id: registryId } = await db.registry.create({
    data: { name: 'bench', kind: 'acr', url: 'https://example.test' },
  });
  await db.$executeRaw`
    INSERT INTO repository (registry_id, name)
    SELECT ${registryId}, 'team-' || n % 40 || '/service-' || n FROM generate_series(0, ${Math.ceil(images / 3) - 1}::int) n`;
  await db.$executeRaw`
    INSERT INTO manifest (repository_id, digest, media_type, platform)
    SELECT r.id, i.digest, 'application/vnd.oci.image.manifest.v1+json', 'linux/amd64'
      FROM image i JOIN repository r ON r.name = 'team-' || (i.id - 1) / 3 % 40 || '/service-' || (i.id - 1) / 3`;
  await db.$executeRaw`
    INSERT INTO manifest_image (manifest_id, image_id) SELECT m.id, i.id FROM manifest m JOIN image i ON i.digest = m.digest`;
  await db.$executeRaw`INSERT INTO tag (repository_id, name, manifest_id) SELECT repository_id, '1.' || id, id FROM manifest`;
  await db.$executeRaw`
    INSERT INTO tag_observation (repository_id, tag, digest, source)
    SELECT repository_id, '1.' || id, digest, 'webhook' FROM manifest`;
  await db.$executeRaw`
    INSERT INTO delivery (id, registry_id, registry_name, source, state, event_id, action, repository, tag, digest, dedupe_key,
           processed_at)
    SELECT gen_random_uuid(), ${registryId}, 'bench', 'acr', 'processed', gen_random_uuid()::text, 'push', r.name, '1.' || m.id,
           m.digest, 'bench acr ' || gen_random_uuid(), now()
      FROM manifest m JOIN repository r ON r.id = m.repository_id`;
  await db.$executeRaw`
    INSERT INTO scan (id, repository_id, manifest_id, tag, cause, lane, delivery_id, state, started_at, finished_at)
    SELECT gen_random_uuid(), m.repository_id, m.id, d.tag, 'push', 'push', d.id, 'finished', now(), now()
      FROM manifest m JOIN delivery d ON d.digest = m.digest`;
}

async function show(db: Database): Promise<void> {
  const tables = [
    ...[
      'image',
      'image_part',
      'image_repetition',
      'image_rank',
      'inventory_part',
      'part_summary',
      'layer_evidence',
      'repository',
    ],
    ...['manifest', 'manifest_image', 'tag', 'tag_observation', 'delivery', 'scan'],
  ];
  const rows = await db.$queryRaw<{ table: string; bytes: bigint }[]>`
    SELECT t AS table, pg_total_relation_size(t::regclass) AS bytes FROM unnest(${tables}::text[]) t ORDER BY 2 DESC`;
  for (const { table, bytes } of rows) console.log(`${table.padEnd(18)} ${perImage(bytes).padStart(8)} bytes an image`);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0n);
  const share = (Number(bytes) / images / budgetBytes).toFixed(2);
  console.log(
    `${'together'.padEnd(18)} ${perImage(bytes).padStart(8)} bytes an image = ${share} of the budget of 20 KB`,
  );
}

function perImage(bytes: bigint): string {
  return shown(Math.round(Number(bytes) / images));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
