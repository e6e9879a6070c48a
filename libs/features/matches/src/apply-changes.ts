import { jsonbText, type Transaction } from '@tidewaiter/db';
import { likelyAttacked } from '@tidewaiter/severity';
import type { JudgeCause, MatchChange, OpenMatch } from './match-changes';
import { noEpss, rankColumns, type RankColumns, type ThreatColumns } from './match-risk';
import type { PostgresAdvisoryIndex } from './postgres-advisory-index';
import { threatDetail, threatTransitions } from './threat-transitions';

export interface ChangesToApply {
  readonly changes: readonly MatchChange[];
  readonly index: PostgresAdvisoryIndex;
  readonly cause: JudgeCause;
  /** One time for all: a match is closed in the moment its successor is opened. */
  readonly at: Date;
}

/** Rows a statement carries: bounds the size of one parameter. */
const chunkSize = 2_000;

/** Writes changes of matches with their transitions: closes, opens, updates in place. Set-based: five statements a chunk. */
export async function applyChanges(tx: Transaction, { changes, index, cause, at }: ChangesToApply): Promise<void> {
  for (let start = 0; start < changes.length; start += chunkSize) {
    const chunk = changes.slice(start, start + chunkSize).map((change) => ({ change, row: toRow(change, index) }));
    await applyRows(
      tx,
      chunk.map(({ row }) => row),
      at,
    );
    await recordTransitions(tx, chunk.flatMap(transitionsOf), { cause, at });
  }
}

const inPlace: readonly string[] = ['severity-changed', 'fix-available', 'fix-withdrawn', 'refreshed'];

async function applyRows(tx: Transaction, rows: readonly ChangeRow[], at: Date): Promise<void> {
  const closing = rows.filter(
    (row) => row.matchId !== null && (row.kind === 'closed' || row.kind === 'verdict-changed'),
  );
  const opening = rows.filter((row) => row.kind === 'opened' || row.kind === 'verdict-changed');
  const updating = rows.filter((row) => inPlace.includes(row.kind));
  await close(tx, closing, at);
  await open(tx, opening, at);
  await update(tx, updating, at);
}

type ChangeRow = ReturnType<typeof toRow>;

function toRow(change: MatchChange, index: PostgresAdvisoryIndex) {
  const { after, before } = change;
  return {
    kind: change.kind,
    packageId: change.packageId,
    vulnerabilityId: before?.vulnerabilityId ?? index.vulnerabilityId(change.vulnerability),
    matchId: before === undefined ? null : before.id.toString(),
    advisoryId: after === undefined ? null : index.advisoryId(after.advisory),
    also: after?.also ?? [],
    state: after?.verdict ?? null,
    reason: after?.reason ?? null,
    severity: change.severity,
    severitySource: after?.severitySource ?? null,
    score: after?.score ?? null,
    fixedIn: after?.fixedIn ?? null,
    fixState: after?.fixState ?? null,
    fixChannel: after?.fixChannel ?? null,
    malicious: after?.malicious ?? false,
    headersOnly: after?.headersOnly ?? false,
    evidence: after?.evidence ?? null,
    since: change.since ?? null,
    ...rankOf(change, index),
  };
}

/** Of a match that is closed nothing is written: it is sorted no more. */
function rankOf({ after, vulnerability }: MatchChange, index: PostgresAdvisoryIndex): RankColumns {
  if (after === undefined) return { epss: noEpss, exploited: false, risk: 0 };
  return rankColumns(after, index.threatOf(vulnerability));
}

/**
 * What has become known of attacks since the match was last written is told here too: whoever ranks it afterwards finds no
 * difference any more.
 */
function transitionsOf({ change, row }: { readonly change: MatchChange; readonly row: ChangeRow }) {
  const { kind, before, after } = change;
  const { packageId, vulnerabilityId, severity, fixedIn, state } = row;
  const was = before === undefined ? null : pick(before);
  const detail = { before: was, severity, fixedIn, state, ...attacksOf(before, after === undefined ? undefined : row) };
  const judged = { kind, packageId, vulnerabilityId, matchId: row.matchId, detail };
  const threats = before === undefined || after === undefined ? [] : threatTransitions(before, row);
  return [
    ...(kind === 'refreshed' ? [] : [judged]),
    ...threats.map((threat) => ({
      kind: threat,
      packageId,
      vulnerabilityId,
      matchId: row.matchId,
      detail: { severity, fixedIn, ...(before !== undefined && threatDetail(before, row)) },
    })),
  ];
}

/** What is known of attacks on what is opened, or was on what is closed: under another of its names it may be the same. */
function attacksOf(before: ThreatColumns | undefined, after: ThreatColumns | undefined) {
  if (before !== undefined && after !== undefined) return {};
  const { exploited, epss } = after ?? before ?? { exploited: false, epss: noEpss };
  return { exploited, likely: epss >= likelyAttacked };
}

function pick({ state, severity, fixedIn }: OpenMatch) {
  return { state, severity, fixedIn };
}

async function close(tx: Transaction, rows: readonly ChangeRow[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`UPDATE match SET closed_at = ${at} WHERE id = ANY(${matchIds(rows)}::bigint[])`;
}

function matchIds(rows: readonly ChangeRow[]): bigint[] {
  return rows.flatMap((row) => (row.matchId === null ? [] : [BigInt(row.matchId)]));
}

async function open(tx: Transaction, rows: readonly ChangeRow[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO match (package_id, vulnerability_id, advisory_id, also, state, reason, severity, severity_source, score,
           fixed_in, fix_state, fix_channel, malicious, headers_only, evidence, epss, exploited, risk, opened_at, stands_from)
    SELECT r."packageId", r."vulnerabilityId", r."advisoryId", r.also, r.state, r.reason, r.severity,
           r."severitySource", r.score, r."fixedIn", r."fixState", r."fixChannel", r.malicious, r."headersOnly", r.evidence, r.epss, r.exploited, r.risk, coalesce(r.since, ${at}),
           CASE WHEN r.since IS NOT NULL THEN ${at}::timestamptz END
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r("packageId" int, "vulnerabilityId" int, "advisoryId" int,
           also jsonb, state text, reason text, severity text, "severitySource" text, score real,
           "fixedIn" text, "fixState" text, "fixChannel" text, malicious boolean, "headersOnly" boolean, evidence jsonb,
           epss real, exploited boolean, risk real, since timestamptz)`;
}

/** What they were is kept as known until now. */
async function update(tx: Transaction, rows: readonly ChangeRow[], at: Date): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO match_revision (match_id, known_until, advisory_id, also, reason, severity, severity_source, score, fixed_in,
           fix_state, fix_channel, malicious, headers_only, evidence)
    SELECT m.id, ${at}, m.advisory_id, m.also, m.reason, m.severity, m.severity_source, m.score, m.fixed_in, m.fix_state,
           m.fix_channel, m.malicious, m.headers_only, m.evidence
      FROM match m WHERE m.id = ANY(${matchIds(rows)}::bigint[])
    ON CONFLICT DO NOTHING`;
  await tx.$executeRaw`
    UPDATE match m SET advisory_id = r."advisoryId", also = r.also, reason = r.reason, severity = r.severity,
           severity_source = r."severitySource", score = r.score, fixed_in = r."fixedIn", fix_state = r."fixState", fix_channel = r."fixChannel",
           malicious = r.malicious, headers_only = r."headersOnly", evidence = r.evidence, epss = r.epss,
           exploited = r.exploited, risk = r.risk
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r("matchId" bigint, "advisoryId" int, also jsonb, reason text,
           severity text, "severitySource" text, score real, "fixedIn" text, "fixState" text, "fixChannel" text,
           malicious boolean, "headersOnly" boolean, evidence jsonb, epss real, exploited boolean, risk real)
     WHERE m.id = r."matchId"`;
}

/** What is closed was vouched for in these images until now, and nobody there heard of it. */
async function recordTransitions(
  tx: Transaction,
  transitions: readonly ReturnType<typeof transitionsOf>[number][],
  { cause, at }: { cause: JudgeCause; at: Date },
): Promise<void> {
  if (transitions.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO transition (at, kind, package_id, vulnerability_id, cause, detail)
    SELECT ${at}, r.kind, r."packageId", r."vulnerabilityId", ${JSON.stringify(cause)}::jsonb,
           CASE WHEN v.images IS NULL THEN r.detail ELSE r.detail || jsonb_build_object('vouchedIn', v.images) END
      FROM jsonb_to_recordset(${jsonbText(transitions)}::jsonb) AS r(kind text, "packageId" int, "vulnerabilityId" int,
           "matchId" bigint, detail jsonb)
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(s.image_id ORDER BY s.image_id) AS images FROM image_suppression s
         WHERE r.kind = 'closed' AND s.match_ids @> ARRAY[r."matchId"]) v ON true`;
}
