import { Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { countsOfEach } from './image-counts';

/** What images are sorted by when the most dangerous come first, in this order. Also columns of `image_rank`. */
const ranked = ['critical', 'high', 'medium', 'low'];

/** Images ranked in one transaction: bounds how long images that are being recorded wait for it. */
const batchSize = 2_000;
const batchTimeoutMs = 60_000;

/** The same text for every column of a rank, its name in place of `$`; nothing of it comes from outside. */
export function eachRanked(text: string, separator = ', '): Prisma.Sql {
  return Prisma.raw(ranked.map((name) => text.replaceAll('$', name)).join(separator));
}

/** To be called when the counts of images were written that nobody else can have changed since: their ranks are these. */
export async function writeRanks(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  // Rows in one order, so that two that write the same images cannot wait for each other.
  await tx.$executeRaw`
    INSERT INTO image_rank (image_id, ${eachRanked('$')})
    SELECT i.id, ${eachRanked('s.$')}
      FROM unnest(${[...imageIds]}::int[]) AS i(id) ${countsOfEach}
     WHERE s.packages IS NOT NULL ORDER BY i.id
    ON CONFLICT (image_id) DO UPDATE SET ${eachRanked('$ = excluded.$')}
     WHERE ${eachRanked('image_rank.$ <> excluded.$', ' OR ')}`;
}

/** Whether images are to be ranked. */
export async function hasDrift(database: Database): Promise<boolean> {
  const rows = await database.$queryRaw<unknown[]>`
    SELECT FROM image_drift WHERE ${eachRanked('gained_$ > 0 OR lost_$ > 0', ' OR ')}`;
  return rows.length > 0;
}

/**
 * Ranks the images anew whose parts changed since they were ranked last, a few at a time, so that nobody who counts waits for long.
 * It may be done twice at once, and may end at any moment: as long as not all are done, lists know how wrong a rank may be.
 * Returns how many images it looked at.
 */
export async function rankImages(database: Database, signal?: AbortSignal): Promise<number> {
  const begun = await database.$transaction(begin, { timeout: batchTimeoutMs });
  if (begun === undefined) return 0;
  const rows = await database.$queryRaw<{ id: number }[]>`
    SELECT DISTINCT ip.image_id AS id
      FROM part_summary p JOIN image_part ip ON ip.part_id = p.part_id WHERE p.round >= ${begun.ranked} ORDER BY 1`;
  for (let start = 0; start < rows.length; start += batchSize) {
    signal?.throwIfAborted();
    const ids = rows.slice(start, start + batchSize).map(({ id }) => id);
    await database.$transaction((tx) => rankBatch(tx, ids), { timeout: batchTimeoutMs });
  }
  await finish(database, begun);
  return rows.length;
}

interface Begun {
  readonly round: number;
  readonly ranked: number;
  /** By how much ranks can have been wrong at this moment. */
  readonly drift: unknown;
}

/** What changes from now on bears another number, and is added to a drift that is told from the one of before. */
async function begin(tx: Transaction): Promise<Begun | undefined> {
  await holdCounts(tx);
  const [begun] = await tx.$queryRaw<Begun[]>`
    UPDATE image_drift SET round = round + 1
     WHERE ${eachRanked('gained_$ > 0 OR lost_$ > 0', ' OR ')}
    RETURNING round, ranked, to_jsonb(image_drift) AS drift`;
  return begun;
}

/** What the images are made of is counted by nobody meanwhile, and none is recorded. */
async function rankBatch(tx: Transaction, imageIds: readonly number[]): Promise<void> {
  await holdCounts(tx);
  await writeRanks(tx, imageIds);
}

async function holdCounts(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('tidewaiter/summaries'))`;
}

/** Who began later does all of this as well, and it is for him to say so. */
async function finish(database: Database, { round, drift }: Begun): Promise<void> {
  const takenBack = eachRanked('gained_$ = i.gained_$ - d.gained_$, lost_$ = i.lost_$ - d.lost_$');
  await database.$executeRaw`
    UPDATE image_drift i SET ranked = ${round}, ${takenBack}
      FROM jsonb_populate_record(NULL::image_drift, ${JSON.stringify(drift)}::jsonb) d
     WHERE i.round = ${round}`;
}
