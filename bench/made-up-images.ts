/**
 * Images of packages that are there already: each has a base that many share, a runtime that some share and an application that three
 * tags share; popular packages are in most images, most are in few.
 */
import type { Database } from '@tidewaiter/db';
import { writeSummaries } from '@tidewaiter/features/matches';

const bases = 300;
const runtimes = 3_000;
/** Tags of one repository that share their application. */
const tagsAlike = 3;

/** Images with the numbers `from` to `to`, summed up. */
export async function addImages(db: Database, ids: readonly number[], from: number, to: number): Promise<void> {
  if (from === 0) {
    await addParts(db, ids, { kind: 'base', first: 0, count: bases, size: 200, skew: 2 });
    await addParts(db, ids, { kind: 'runtime', first: 0, count: runtimes, size: 60, skew: 3 });
  }
  const [first, last] = [Math.ceil(from / tagsAlike), Math.ceil(to / tagsAlike)];
  for (let start = first; start < last; start += 20_000) {
    const count = Math.min(20_000, last - start);
    await addParts(db, ids, { kind: 'application', first: start, count, size: 120, skew: 4 });
  }
  await db.$executeRaw`
    INSERT INTO image (digest, media_type, state, inventory_key, scanned_at)
    SELECT 'sha256:' || lpad(n::text, 64, '0'), '', 'scanned', '', now() FROM generate_series(${from}::int, ${to - 1}::int) AS n`;
  await db.$executeRaw`
    INSERT INTO image_part (image_id, part_id, layer_index)
    SELECT i.id, p.id, part.layer
      FROM (SELECT id, substr(digest, 8)::int AS n FROM image) i
     CROSS JOIN LATERAL (VALUES
       (0, 'base ' || floor(${bases} * power(abs(hashtext(i.n::text)) / 2147483648.0, 3))::int),
       (1, 'runtime ' || floor(${runtimes} * power(abs(hashtext('r' || i.n)) / 2147483648.0, 2))::int),
       (2, 'application ' || i.n / ${tagsAlike})) AS part(layer, name)
      JOIN inventory_part p ON p.digest = decode(md5(part.name), 'hex')
     WHERE i.n >= ${from} AND i.n < ${to}`;
  const images = await db.$queryRaw<{ id: number }[]>`
    SELECT i.id FROM image i WHERE NOT EXISTS (SELECT FROM image_summary s WHERE s.image_id = i.id)`;
  for (let start = 0; start < images.length; start += 20_000) {
    const batch = images.slice(start, start + 20_000).map(({ id }) => id);
    await db.$transaction((tx) => writeSummaries(tx, batch), { timeout: 600_000 });
  }
}

interface Parts {
  readonly kind: string;
  readonly first: number;
  readonly count: number;
  readonly size: number;
  /** How much more often the first packages are chosen than the last. */
  readonly skew: number;
}

async function addParts(db: Database, ids: readonly number[], parts: Parts): Promise<void> {
  const { kind, first, count: howMany, size, skew } = parts;
  await db.$executeRaw`
    INSERT INTO inventory_part (digest, package_ids, locations)
    SELECT decode(md5(${kind} || ' ' || n), 'hex'), array_agg(DISTINCT id ORDER BY id), '[]'
      FROM (SELECT n, (${[...ids]}::int[])[1 + floor(${ids.length} * power(abs(hashtext(${kind} || n || '-' || k)) / 2147483648.0, ${skew}))::int] AS id
              FROM generate_series(${first}::int, ${first + howMany - 1}::int) AS n, generate_series(1, ${size}::int) AS k) picked
     GROUP BY n`;
}
