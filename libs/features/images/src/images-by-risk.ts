import { Prisma, type Database } from '@tidewaiter/db';
import { countsOfAll, countsOfEach, eachRanked } from '@tidewaiter/features/matches';
import { imageColumns, type ImageRow } from './image-columns';
import { isPresent, isPresentAlone, matchesAlone, matchesAmongAll, ofSeverity, type ImageFilter } from './image-filter';

/** critical, high, medium, low, image id. */
export type RiskKey = [number, number, number, number, number];

interface Asked {
  readonly filter: ImageFilter;
  readonly after: RiskKey | undefined;
  /** Rows wanted. */
  readonly count: number;
}

/** Images looked at one by one in the order of their ranks, before those that match are looked for among all. */
const walkedAtMost = 500;
/** Of those that match, images that are counted while ranks may be wrong. */
const foundAtMost = 2_000;
/** Images counted beyond those wanted while ranks are right: what they have of a severity may be suppressed. */
const spare = 50;

/**
 * Images, the most dangerous first, each with its counts of now and in the order of these. They are found by their ranks, which may be
 * those of before: an image is taken only when no other can come before it, by however much ranks may be wrong. Where that does not
 * give a page, all are counted. Images that are not counted yet come last: nobody knows their risk.
 */
export async function findByRisk(database: Database, asked: Asked): Promise<readonly ImageRow[]> {
  for (const way of [walked(asked), found(asked)]) {
    const rows = await database.$queryRaw<LookedRow[]>`${pageOf(way, asked)}`;
    const images = rows.filter((row) => row.id !== null);
    if (images.length === asked.count || rows[0]?.isAll === true) return images;
  }
  return countAll(database, asked);
}

/** Beside each image whether those are all; without an image when there is none. */
type LookedRow = (ImageRow | { readonly id: null }) & { readonly isAll: boolean };

interface Way {
  /** SQL: some table expressions, the last of them `looked`, ranks of the first images in their order. */
  readonly looked: Prisma.Sql;
  readonly lookedAtMost: number;
  /** SQL: the ranks among them whose images match. */
  readonly near: Prisma.Sql;
  /** Whether an image that is not among those looked at, being fewer than might be, does not match. */
  readonly isWhole: boolean;
}

const descending = Prisma.sql`${eachRanked('k.$ DESC')}, k.image_id DESC`;
/** SQL: the image `i` of a rank `k`; over OFFSET 0 the planner cannot look through all images for it. */
const imageOfRank = Prisma.sql`CROSS JOIN LATERAL (SELECT * FROM image WHERE id = k.image_id OFFSET 0) i`;
/** SQL: the counts `s` that decide about the order; -1 of what is not counted yet. */
const risk = eachRanked('coalesce(s.$, -1)');
const riskDescending = eachRanked('coalesce(s.$, -1) DESC');

/** Each image by itself, until there are enough. */
function walked({ filter, after }: Asked): Way {
  const next = Prisma.sql`
    SELECT k.* FROM image_rank k WHERE ${behind(after)} ORDER BY ${descending} LIMIT ${walkedAtMost}`;
  return {
    looked: Prisma.sql`looked AS MATERIALIZED (${next})`,
    lookedAtMost: walkedAtMost,
    near: Prisma.sql`SELECT k.* FROM (${next}) k ${imageOfRank} WHERE ${matchesAlone(filter)}`,
    isWhole: false,
  };
}

/** Those that match, of all images: where few match, and where those of the greatest risk do not. */
function found({ filter, after }: Asked): Way {
  return {
    looked: Prisma.sql`
      found AS MATERIALIZED (
        SELECT i.id AS image_id, ${eachRanked('coalesce(k.$, -1) AS $')}
          FROM image i LEFT JOIN image_rank k ON k.image_id = i.id WHERE ${matchesAmongAll(filter)}),
      looked AS MATERIALIZED (SELECT * FROM found k WHERE ${behind(after)} ORDER BY ${descending} LIMIT ${foundAtMost})`,
    lookedAtMost: foundAtMost,
    near: Prisma.sql`
      SELECT k.* FROM (SELECT * FROM looked k ORDER BY ${descending}) k ${imageOfRank} WHERE ${isPresentAlone}`,
    isWhole: true,
  };
}

/** SQL: true for ranks `k` of images that may come behind the last page. */
function behind(after: RiskKey | undefined): Prisma.Sql {
  if (after === undefined) return Prisma.sql`true`;
  const [critical, high, medium, low, id] = after;
  const lost = (column: string) => Prisma.raw(`(SELECT lost_${column} FROM image_drift)`);
  return Prisma.sql`
    (${eachRanked('k.$')}, k.image_id) <
      (${critical}::int + ${lost('critical')}, ${high}::int + ${lost('high')}, ${medium}::int + ${lost('medium')}, ${low}::int + ${lost('low')}, ${id}::int)`;
}

/**
 * What was not looked at has a rank of `edge` at most and has gained no more since than `image_drift` says, so whatever comes before
 * that is in its place. All of it is one statement, which sees ranks, counts and drift as they were at one moment.
 */
function pageOf({ looked, lookedAtMost, near, isWhole }: Way, { filter, after, count }: Asked): Prisma.Sql {
  const isRight = eachRanked('gained_$ = 0 AND lost_$ = 0', ' AND ');
  return Prisma.sql`
    WITH ${looked},
    enough AS MATERIALIZED (
      SELECT CASE WHEN ${isRight} THEN ${count + spare}::int ELSE ${lookedAtMost}::int END AS images FROM image_drift),
    near AS MATERIALIZED (${near} ORDER BY ${descending} LIMIT (SELECT images FROM enough)),
    done AS MATERIALIZED (
      SELECT near.images < enough.images AS is_through,
             ${isWhole} AND near.images < enough.images AND looked.images < ${lookedAtMost} AS is_all
        FROM enough, (SELECT count(*) AS images FROM near) near, (SELECT count(*) AS images FROM looked) looked),
    edge AS MATERIALIZED (
      SELECT ${eachRanked('k.$ + d.gained_$ AS $')}, k.image_id
        FROM (SELECT ${eachRanked('$')}, image_id FROM near WHERE NOT (SELECT is_through FROM done)
              UNION ALL
              SELECT ${eachRanked('$')}, image_id FROM looked WHERE (SELECT is_through FROM done)) k CROSS JOIN image_drift d
       ORDER BY ${eachRanked('k.$')}, k.image_id LIMIT 1),
    page AS MATERIALIZED (
      SELECT i.id FROM near k ${imageOfRank} ${countsOfEach} CROSS JOIN edge e CROSS JOIN done
       WHERE ${ofSeverity(filter)} AND ${comesAfter(after)}
         AND (done.is_all OR (${risk}, i.id) >= (${eachRanked('e.$')}, e.image_id))
       ORDER BY ${riskDescending}, i.id DESC LIMIT ${count})
    SELECT done.is_all AS "isAll", ${imageColumns}
      FROM done LEFT JOIN page ON true LEFT JOIN image i ON i.id = page.id ${countsOfEach}
     ORDER BY ${riskDescending}, i.id DESC`;
}

function comesAfter(after: RiskKey | undefined): Prisma.Sql {
  if (after === undefined) return Prisma.sql`true`;
  return Prisma.sql`(${risk}, i.id) < (${Prisma.join(after.map((part) => Prisma.sql`${part}::int`))})`;
}

/** After much has changed and before images are ranked again. */
function countAll(database: Database, { filter, after, count }: Asked): Promise<readonly ImageRow[]> {
  const counts = filter.repository === undefined && filter.q === undefined ? countsOfAll : countsOfEach;
  // What does not decide about the order is added up for the page only.
  return database.$queryRaw<ImageRow[]>`
    WITH page AS MATERIALIZED (
      SELECT i.id FROM image i ${counts}
       WHERE ${isPresent} AND ${matchesAmongAll(filter)} AND ${ofSeverity(filter)} AND ${comesAfter(after)}
       ORDER BY ${riskDescending}, i.id DESC LIMIT ${count})
    SELECT ${imageColumns} FROM page JOIN image i ON i.id = page.id ${countsOfEach}
     ORDER BY ${riskDescending}, i.id DESC`;
}
