import { openDatabase, Prisma, type Database } from '@tidewaiter/db';
import { createMigratedDatabase } from '@tidewaiter/testing';
import { HoldingImages } from './holding-images';
import { ImagesRepository } from './images.repository';

/** Several times as many as are looked at first. */
const images = 1_200;

let database: Database;
let drop: () => Promise<void>;
let holding: HoldingImages;

/**
 * Package 1 is in every third part and so in most images, packages 2 to 40 in some, 41 in one part of three old images, 42 in none.
 * Every tenth image is gone, and all images from 900 on hold package 43 alone.
 */
beforeAll(async () => {
  const created = await createMigratedDatabase();
  ({ drop } = created);
  database = openDatabase({ url: created.url, applicationName: 'holding images spec' });
  holding = new HoldingImages(database, new ImagesRepository(database));
  await database.$executeRawUnsafe(`
    INSERT INTO package (id, identity, ecosystem, name, version, purl)
    SELECT n, n::text::bytea, 'npm', 'package-' || n, '1', 'pkg:npm/' || n FROM generate_series(1, 43) n;
    INSERT INTO inventory_part (id, digest, package_ids, locations)
    SELECT n, n::text::bytea,
           ARRAY(SELECT p FROM generate_series(1, 40) p WHERE CASE p WHEN 1 THEN n % 3 = 0 ELSE n % 41 = p END), '[]'
      FROM generate_series(1, 900) n;
    INSERT INTO inventory_part (id, digest, package_ids, locations) VALUES (901, 'rare', '{41}', '[]'), (902, 'last', '{43}', '[]');
    INSERT INTO image (id, digest, media_type, state, inventory_key, scanned_at)
    SELECT n, 'sha256:' || lpad(n::text, 4, '0'), '', 'scanned', '', now() FROM generate_series(1, ${images}) n;
    INSERT INTO image_part (image_id, part_id, layer_index)
    SELECT n, 1 + (n * (l + 1) * 7 + l) % 900, l FROM generate_series(1, 899) n, generate_series(0, 2) l ON CONFLICT DO NOTHING;
    INSERT INTO image_part (image_id, part_id, layer_index) SELECT n, 902, 0 FROM generate_series(900, ${images}) n;
    INSERT INTO image_part (image_id, part_id, layer_index) SELECT n, 901, 5 FROM generate_series(11, 13) n;
    INSERT INTO registry (id, name, kind, url) VALUES (1, 'first', 'oci', '');
    INSERT INTO repository (id, registry_id, name) VALUES (1, 1, 'team/app');
    INSERT INTO manifest (id, repository_id, digest, deleted_at)
    SELECT n, 1, 'manifest ' || n, CASE WHEN n % 10 = 0 THEN now() END FROM generate_series(1, ${images}) n;
    INSERT INTO manifest_image (manifest_id, image_id) SELECT n, n FROM generate_series(1, ${images}) n;
    ANALYZE;`);
});
afterAll(async () => {
  await database.$disconnect();
  await drop();
});

/** From the rows, without any of the queries that are tried here: `image: package in layer`, newest first. */
async function expected(packages: readonly number[]): Promise<readonly string[]> {
  const rows = await database.$queryRaw<{ imageId: number; layer: number; packageIds: number[] }[]>`
    SELECT ip.image_id AS "imageId", ip.layer_index AS layer, p.package_ids AS "packageIds"
      FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id
      JOIN manifest m ON m.id = ip.image_id WHERE m.deleted_at IS NULL ORDER BY ip.image_id DESC, ip.layer_index`;
  const lowest = new Map<string, number>();
  for (const { imageId, layer, packageIds } of rows) {
    for (const id of packageIds.filter((held) => packages.includes(held)).sort((a, b) => a - b)) {
      const key = `${String(imageId)}: ${String(id)}`;
      if (!lowest.has(key)) lowest.set(key, layer);
    }
  }
  return [...lowest].map(([key, layer]) => `${key} in ${String(layer)}`).sort(byImage);
}

function byImage(a: string, b: string): number {
  const [[imageA = 0, packageA = 0], [imageB = 0, packageB = 0]] = [a, b].map((text) =>
    text.split(/\D+/).map(Number),
  ) as [number[], number[]];
  return imageB - imageA || packageA - packageB;
}

async function allPages(packages: readonly number[], limit: number): Promise<readonly string[]> {
  const shown: string[] = [];
  for (let after: number | undefined; ;) {
    const found = await holding.find(Prisma.sql`SELECT unnest(${[...packages, ...packages]}::int[]) AS id`, {
      after,
      limit,
    });
    const page = found.slice(0, limit);
    for (const { imageId, held } of page) {
      shown.push(...held.map(({ packageId, layer }) => `${String(imageId)}: ${String(packageId)} in ${String(layer)}`));
    }
    if (found.length <= limit) return shown;
    after = page.at(-1)?.imageId;
  }
}

describe('which images hold any of some packages', () => {
  // The first two are in so many parts that images are looked at one by one, in the first case past several hundred that hold nothing.
  it.each([
    ['what most have', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 50],
    ['what all have', Array.from({ length: 43 }, (_, n) => n + 1), 200],
    ['what some have', [7], 7],
    ['what few have', [41], 2],
    ['what the newest have', [43], 100],
    ['what none has', [42], 10],
  ])('is answered page by page: %s', async (_, packages, limit) => {
    const all = await expected(packages);
    expect(all.length > 0).toBe(packages[0] !== 42);
    expect(await allPages(packages, limit)).toEqual(all);
  });
});
