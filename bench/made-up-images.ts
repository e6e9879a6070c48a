/**
 * Images of packages that are there already: each has a base that many share, a runtime that some share and an application that three
 * tags share; popular packages are in most images, most are in few.
 */
import { Prisma, type Database } from '@tidewaiter/db';
import { writeSummaries } from '@tidewaiter/features/matches';

const bases = 300;
const runtimes = 3_000;
/** Tags of one repository that share their application. */
const tagsAlike = 3;

export interface ImagesToAdd {
  readonly from: number;
  readonly to: number;
  /** With what no question here is about and a scan writes all the same: where each package was read, and ten layers an image. */
  readonly isWhole?: boolean;
}

/** Images with the numbers `from` to `to`, summed up. */
export async function addImages(
  db: Database,
  ids: readonly number[],
  { from, to, isWhole = false }: ImagesToAdd,
): Promise<void> {
  if (from === 0) {
    await addParts(db, ids, { kind: 'base', first: 0, count: bases, size: 200, skew: 2, isWhole });
    await addParts(db, ids, { kind: 'runtime', first: 0, count: runtimes, size: 60, skew: 3, isWhole });
  }
  const [first, last] = [Math.ceil(from / tagsAlike), Math.ceil(to / tagsAlike)];
  for (let start = first; start < last; start += 20_000) {
    const count = Math.min(20_000, last - start);
    await addParts(db, ids, { kind: 'application', first: start, count, size: 120, skew: 4, isWhole });
  }
  await db.$executeRaw`
    INSERT INTO image (digest, media_type, state, inventory_key, scanned_at, layers, chains, chain)
    SELECT 'sha256:' || lpad(n::text, 64, '0'), '', 'scanned', '', now() - make_interval(secs => n), ${isWhole ? layers : Prisma.sql`'[]', '{}', NULL`}
      FROM generate_series(${from}::int, ${to - 1}::int) AS n`;
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
    SELECT i.id FROM image i WHERE NOT EXISTS (SELECT FROM image_repetition r WHERE r.image_id = i.id)`;
  for (let start = 0; start < images.length; start += 20_000) {
    const batch = images.slice(start, start + 20_000).map(({ id }) => id);
    await db.$transaction((tx) => writeSummaries(tx, batch), { timeout: 600_000 });
  }
}

/** Ten layers of image `n`, as `image.layers` has them, and their chains. */
const layers = Prisma.sql`
  (SELECT jsonb_agg(jsonb_build_object('index', l, 'digest', 'sha256:' || sha.hex, 'diffId', 'sha256:' || reverse(sha.hex),
                                       'sizeBytes', l * n, 'createdBy', 'RUN /bin/sh -c set -eux; ./configure --step ' || l))
     FROM generate_series(0, 9) l CROSS JOIN LATERAL (SELECT encode(sha256((n || '-' || l)::bytea), 'hex') AS hex) sha),
  (SELECT array_agg(sha256((n || '+' || l)::bytea)) FROM generate_series(0, 9) l), sha256((n || '+9')::bytea)`;

interface Parts {
  readonly kind: string;
  readonly first: number;
  readonly count: number;
  readonly size: number;
  /** How much more often the first packages are chosen than the last. */
  readonly skew: number;
  readonly isWhole: boolean;
}

async function addParts(db: Database, ids: readonly number[], parts: Parts): Promise<void> {
  const { kind, first, count: howMany, size, skew, isWhole } = parts;
  const location =
    kind === 'base' ? Prisma.sql`'var/lib/dpkg/status'` : Prisma.sql`'srv/app/node_modules/' || id || '/package.json'`;
  const locations = isWhole ? Prisma.sql`jsonb_agg(jsonb_build_array(${location}) ORDER BY id)` : Prisma.sql`'[]'`;
  await db.$executeRaw`
    INSERT INTO inventory_part (digest, package_ids, locations)
    SELECT decode(md5(${kind} || ' ' || n), 'hex'), array_agg(id ORDER BY id), ${locations}
      FROM (SELECT DISTINCT n, (${[...ids]}::int[])[1 + floor(${ids.length} * power(abs(hashtext(${kind} || n || '-' || k)) / 2147483648.0, ${skew}))::int] AS id
              FROM generate_series(${first}::int, ${first + howMany - 1}::int) AS n, generate_series(1, ${size}::int) AS k) picked
     GROUP BY n`;
}
