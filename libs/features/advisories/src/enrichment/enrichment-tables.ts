import type {
  Enrichment,
  EpssModel,
  EpssScore,
  KnownExploited,
  ProductCycle,
  VexStatement,
} from '@tidewaiter/contracts';
import { jsonbText, Prisma, type Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { markVouchedFor, replaceStatements } from '@tidewaiter/features/matches';
import { likelyAttacked } from '@tidewaiter/severity';

export interface WrittenEnrichment {
  /** Rows that came, went or changed. */
  readonly changed: number;
  /** What moved says nothing about any one vulnerability, so nobody is alerted. */
  readonly isQuiet: boolean;
}

/** Puts everything a source says into the place of what it said before. */
export async function writeEnrichment(
  tx: Transaction,
  sourceId: string,
  said: readonly (Enrichment | VexStatement)[],
): Promise<WrittenEnrichment> {
  const statements = said.filter((item) => 'products' in item);
  if (statements.length > 0) {
    const changed = await replaceStatements(tx, statements, { feedId: sourceId });
    await markVouchedFor(tx);
    return { changed, isQuiet: true };
  }
  const items = said.filter((item) => 'kind' in item);
  const of = <K extends Enrichment['kind']>(kind: K) =>
    items.filter((item): item is Extract<Enrichment, { kind: K }> => item.kind === kind);
  const [model] = of('epss-model');
  if (model !== undefined) return writeScores(tx, model, of('epss-score'));
  const cycles = of('product-cycle');
  const changed = cycles.length > 0 ? await writeCycles(tx, cycles) : await writeCatalogue(tx, of('known-exploited'));
  return { changed, isQuiet: false };
}

/** Takes back what a source said; of statements it was taken back when the source was found to be configured no longer. */
export async function withdrawEnrichment(tx: Transaction, feed: string): Promise<void> {
  if (feed === 'kev') await writeCatalogue(tx, []);
  if (feed === 'endoflife') await writeCycles(tx, []);
  if (feed !== 'epss') return;
  await tx.$executeRaw`
    INSERT INTO past_epss_score (vulnerability, known_until, probability)
    SELECT vulnerability, now(), kept FROM epss_score ON CONFLICT DO NOTHING`;
  await tx.$executeRaw`DELETE FROM epss_score`;
}

async function writeCatalogue(tx: Transaction, entries: readonly KnownExploited[]): Promise<number> {
  const said = Prisma.sql`
    SELECT DISTINCT ON (r.vulnerability) r.vulnerability, r.name, r."addedOn", r."dueOn", r.ransomware
      FROM jsonb_to_recordset(${jsonbText(entries)}::jsonb)
        AS r(vulnerability text, name text, "addedOn" text, "dueOn" text, ransomware boolean)
     ORDER BY r.vulnerability, r."addedOn"`;
  await tx.$executeRaw`
    INSERT INTO past_known_exploited (vulnerability, known_from, known_until, added_on, ransomware)
    SELECT k.vulnerability, k.known_from, now(), k.added_on, k.ransomware
      FROM known_exploited k LEFT JOIN (${said}) r ON r.vulnerability = k.vulnerability
     WHERE (r."addedOn", r.ransomware) IS DISTINCT FROM (k.added_on, k.ransomware)
    ON CONFLICT DO NOTHING`;
  const gone = await tx.$executeRaw`
    DELETE FROM known_exploited WHERE vulnerability NOT IN (SELECT r.vulnerability FROM (${said}) r)`;
  const written = await tx.$executeRaw`
    INSERT INTO known_exploited (vulnerability, name, added_on, due_on, ransomware) ${said}
    ON CONFLICT (vulnerability) DO UPDATE SET name = excluded.name, added_on = excluded.added_on,
           due_on = excluded.due_on, ransomware = excluded.ransomware,
           known_from = CASE WHEN (known_exploited.added_on, known_exploited.ransomware) = (excluded.added_on, excluded.ransomware)
                             THEN known_exploited.known_from ELSE now() END
     WHERE (known_exploited.name, known_exploited.added_on, known_exploited.due_on, known_exploited.ransomware)
           IS DISTINCT FROM (excluded.name, excluded.added_on, excluded.due_on, excluded.ransomware)`;
  return gone + written;
}

async function writeCycles(tx: Transaction, cycles: readonly ProductCycle[]): Promise<number> {
  const document = jsonbText(cycles);
  const gone = await tx.$executeRaw`
    DELETE FROM product_cycle c WHERE NOT EXISTS (
      SELECT FROM jsonb_to_recordset(${document}::jsonb) AS r(product text, cycle text)
       WHERE r.product = c.product AND r.cycle = c.cycle)`;
  const written = await tx.$executeRaw`
    INSERT INTO product_cycle AS c (product, cycle, label, is_over, ends_on, extended_ends_on, latest, identifiers)
    SELECT DISTINCT ON (r.product, r.cycle) r.product, r.cycle, r.label, r."isOver", r."endsOn", r."extendedEndsOn",
           r.latest, r.identifiers
      FROM jsonb_to_recordset(${document}::jsonb) AS r(product text, cycle text, label text, "isOver" boolean,
           "endsOn" text, "extendedEndsOn" text, latest text, identifiers jsonb)
    ON CONFLICT (product, cycle) DO UPDATE SET label = excluded.label, is_over = excluded.is_over,
           ends_on = excluded.ends_on, extended_ends_on = excluded.extended_ends_on, latest = excluded.latest,
           identifiers = excluded.identifiers
     WHERE (c.label, c.is_over, c.ends_on, c.extended_ends_on, c.latest, c.identifiers) IS DISTINCT FROM
           (excluded.label, excluded.is_over, excluded.ends_on, excluded.extended_ends_on, excluded.latest,
            excluded.identifiers)`;
  return gone + written;
}

/** Rows a statement carries: bounds the size of one parameter. */
const chunkSize = 50_000;
/** A smaller move is noise and no history: a score of the past is told to within this. */
const leastMove = 0.01;
/** A rank that moves by less than this, of a score that did not move, is not worth a row. */
const leastRankMove = 0.005;

async function writeScores(
  tx: Transaction,
  model: EpssModel,
  scores: readonly EpssScore[],
): Promise<WrittenEnrichment> {
  const { scoreDate, modelVersion } = model;
  // Of another day: a run that was interrupted finds its own day's release and must come to the same answer.
  const [last] = await tx.$queryRaw<{ modelVersion: string }[]>`
    SELECT model_version AS "modelVersion" FROM epss_release WHERE score_date <> ${scoreDate}
     ORDER BY read_at DESC, score_date DESC LIMIT 1`;
  const isOtherModel = last !== undefined && last.modelVersion !== modelVersion;
  await loadScores(tx, scores);
  // What there was before the first scores is nothing: a release says when it was read. One that is corrected was read as well.
  if ((await tx.epssRelease.count()) > 0) await keepMoved(tx);
  const gone = await tx.$executeRaw`
    DELETE FROM epss_score o WHERE NOT EXISTS (SELECT FROM new_score n WHERE n.vulnerability = o.vulnerability)`;
  const written = await tx.$executeRaw`
    INSERT INTO epss_score AS o (vulnerability, probability, percentile, kept)
    SELECT vulnerability, probability, percentile, probability FROM new_score
    ON CONFLICT (vulnerability) DO UPDATE SET probability = excluded.probability, percentile = excluded.percentile,
           kept = CASE WHEN ${hasMoved(Prisma.sql`excluded`)} THEN excluded.probability ELSE o.kept END
     WHERE o.probability <> excluded.probability OR abs(o.percentile - excluded.percentile) >= ${leastRankMove}`;
  const released = await tx.$executeRaw`
    INSERT INTO epss_release AS r (score_date, model_version, scores) VALUES (${scoreDate}, ${modelVersion}, ${scores.length})
    ON CONFLICT (score_date) DO UPDATE SET model_version = excluded.model_version, scores = excluded.scores,
           -- Since the first one there are scores.
           read_at = CASE WHEN r.read_at = (SELECT min(read_at) FROM epss_release) THEN r.read_at ELSE now() END
     WHERE r.model_version <> excluded.model_version`;
  if (isOtherModel && released > 0)
    await recordActivity(tx, 'epss.model-changed', { from: last.modelVersion, to: modelVersion, scoreDate });
  return { changed: gone + written, isQuiet: isOtherModel };
}

async function loadScores(tx: Transaction, scores: readonly EpssScore[]): Promise<void> {
  await tx.$executeRaw`
    CREATE TEMPORARY TABLE new_score (vulnerability text PRIMARY KEY, probability real, percentile real) ON COMMIT DROP`;
  for (let start = 0; start < scores.length; start += chunkSize) {
    const chunk = scores.slice(start, start + chunkSize);
    await tx.$executeRaw`
      INSERT INTO new_score
      SELECT * FROM unnest(${chunk.map((score) => score.vulnerability)}::text[],
                           ${chunk.map((score) => score.probability)}::real[],
                           ${chunk.map((score) => score.percentile)}::real[])
      ON CONFLICT DO NOTHING`;
  }
  await tx.$executeRaw`ANALYZE new_score`;
}

/** Keeps what moved, came or is gone, as known until now. */
async function keepMoved(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO past_epss_score (vulnerability, known_until, probability)
    SELECT coalesce(o.vulnerability, n.vulnerability), now(), o.kept
      FROM epss_score o FULL JOIN new_score n ON n.vulnerability = o.vulnerability
     WHERE o.vulnerability IS NULL OR n.vulnerability IS NULL OR ${hasMoved(Prisma.sql`n`)}
    ON CONFLICT DO NOTHING`;
}

/** True of a score `o` that is so far from what it is now that its past would be told wrongly. */
function hasMoved(now: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    (abs(${now}.probability - o.kept) >= ${leastMove}
     OR (${now}.probability >= ${likelyAttacked}::real) <> (o.kept >= ${likelyAttacked}::real))`;
}
