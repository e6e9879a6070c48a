import { Finding, Severity } from '@tidewaiter/contracts';
import { jsonbText, type Database, type Transaction } from '@tidewaiter/db';
import {
  markUncounted,
  rankColumns,
  threatDetail,
  threatTransitions,
  type RankColumns,
} from '@tidewaiter/features/matches';
import type { FeedCause } from '../stored-columns.schema';

/** Packages whose matches are written in one transaction: bounds how long it holds its locks. */
const batchSize = 1_000;
const batchTimeoutMs = 300_000;

export interface RankOptions {
  readonly cause: FeedCause;
  /** No transitions: what changed is how things are measured, or that somebody began to look. */
  readonly isQuiet: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings open matches to what is known of their vulnerabilities now, with a transition for each that is known to be
 * exploited or likely to be attacked since, or no longer. Only what differs is written, so it can be interrupted and begun again at any time,
 * and it repairs what a judging that ran at the same moment could not see. Returns how many matches changed.
 */
export async function rankMatches(database: Database, options: RankOptions): Promise<number> {
  let changed = 0;
  for (let after = 0; ;) {
    options.signal?.throwIfAborted();
    const rows = await database.$queryRaw<{ id: number }[]>`
      SELECT DISTINCT m.package_id AS id FROM match m JOIN vulnerability v ON v.id = m.vulnerability_id
       WHERE m.closed_at IS NULL AND m.package_id > ${after}
         AND (m.epss <> coalesce(v.epss, -1) OR m.exploited <> (v.exploited_since IS NOT NULL))
       ORDER BY id LIMIT ${batchSize}`;
    const last = rows.at(-1);
    if (last === undefined) return changed;
    const ids = rows.map((row) => row.id);
    changed += await database.$transaction((tx) => rankPackages(tx, ids, options), { timeout: batchTimeoutMs });
    after = last.id;
  }
}

interface MatchRow {
  readonly id: bigint;
  readonly packageId: number;
  readonly vulnerabilityId: number;
  readonly state: string;
  readonly severity: string;
  readonly score: number | null;
  readonly fixedIn: string | null;
  readonly epss: number;
  readonly exploited: boolean;
  readonly malicious: boolean;
  readonly headersOnly: boolean;
  readonly newEpss: number | null;
  readonly isKnownExploited: boolean;
}

/** The packages are locked in the order in which a judging locks them, so that neither waits for the other for ever. */
async function rankPackages(tx: Transaction, packageIds: readonly number[], options: RankOptions): Promise<number> {
  await tx.$executeRaw`SELECT FROM package WHERE id = ANY(${[...packageIds]}::int[]) ORDER BY id FOR UPDATE`;
  const rows = await tx.$queryRaw<MatchRow[]>`
    SELECT m.id, m.package_id AS "packageId", m.vulnerability_id AS "vulnerabilityId", m.state, m.severity, m.score,
           m.fixed_in AS "fixedIn", m.malicious, m.headers_only AS "headersOnly", m.epss, m.exploited, v.epss AS "newEpss",
           v.exploited_since IS NOT NULL AS "isKnownExploited"
      FROM match m JOIN vulnerability v ON v.id = m.vulnerability_id
     WHERE m.package_id = ANY(${[...packageIds]}::int[]) AND m.closed_at IS NULL
       AND (m.epss <> coalesce(v.epss, -1) OR m.exploited <> (v.exploited_since IS NOT NULL))`;
  const ranked = rows.map((row) => ({ row, rank: rankOf(row) }));
  const columns = ranked.map(({ row, rank }) => ({ id: row.id.toString(), ...rank }));
  await tx.$executeRaw`
    UPDATE match m SET epss = r.epss, exploited = r.exploited, risk = r.risk
      FROM jsonb_to_recordset(${jsonbText(columns)}::jsonb) AS r(id bigint, epss real, exploited boolean, risk real)
     WHERE m.id = r.id`;
  const exploited = ranked.filter(({ row, rank }) => row.exploited !== rank.exploited);
  await markUncounted(tx, [...new Set(exploited.map(({ row }) => row.packageId))]);
  if (!options.isQuiet) await recordTransitions(tx, ranked, options.cause);
  return rows.length;
}

function rankOf(row: MatchRow): RankColumns {
  const verdict = {
    severity: Severity.parse(row.severity),
    score: row.score ?? undefined,
    fixedIn: row.fixedIn ?? undefined,
    verdict: Finding.shape.verdict.parse(row.state),
    ...(row.malicious ? { malicious: true as const } : {}),
    ...(row.headersOnly ? { headersOnly: true as const } : {}),
  };
  return rankColumns(verdict, { epss: row.newEpss ?? undefined, isKnownExploited: row.isKnownExploited });
}

async function recordTransitions(
  tx: Transaction,
  ranked: readonly { readonly row: MatchRow; readonly rank: RankColumns }[],
  cause: FeedCause,
): Promise<void> {
  const transitions = ranked.flatMap(({ row, rank }) => {
    const { packageId, vulnerabilityId, severity, fixedIn } = row;
    const detail = { severity, fixedIn, ...threatDetail(row, rank) };
    return threatTransitions(row, rank).map((kind) => ({ kind, packageId, vulnerabilityId, detail }));
  });
  if (transitions.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO transition (at, kind, package_id, vulnerability_id, cause, detail)
    SELECT clock_timestamp(), r.kind, r."packageId", r."vulnerabilityId", ${JSON.stringify(cause)}::jsonb, r.detail
      FROM jsonb_to_recordset(${jsonbText(transitions)}::jsonb)
        AS r(kind text, "packageId" int, "vulnerabilityId" int, detail jsonb)`;
}
