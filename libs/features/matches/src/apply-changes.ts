import { jsonbText, type Transaction } from '@tidewaiter/db';
import type { JudgeCause, MatchChange } from './match-changes';
import { rankColumns } from './match-risk';
import type { PostgresAdvisoryIndex } from './postgres-advisory-index';

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
    const rows = changes.slice(start, start + chunkSize).map((change) => toRow(change, index));
    await applyRows(tx, rows, { cause, at });
  }
}

async function applyRows(
  tx: Transaction,
  rows: readonly ChangeRow[],
  { cause, at }: { cause: JudgeCause; at: Date },
): Promise<void> {
  const closing = rows.filter(
    (row) => row.matchId !== null && (row.kind === 'closed' || row.kind === 'verdict-changed'),
  );
  const opening = rows.filter((row) => row.kind === 'opened' || row.kind === 'verdict-changed');
  const updating = rows.filter((row) => ['severity-changed', 'fix-available', 'refreshed'].includes(row.kind));
  await close(tx, closing, at);
  await open(tx, opening, at);
  await update(tx, updating, at);
  const told = rows.filter((row) => row.kind !== 'refreshed');
  await recordTransitions(tx, told, { cause, at });
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
    ...rankOf(change, index),
    before: before === undefined ? null : { state: before.state, severity: before.severity, fixedIn: before.fixedIn },
  };
}

/** Nothing for a match that is closed: it is sorted no more. */
function rankOf({ after, vulnerability }: MatchChange, index: PostgresAdvisoryIndex) {
  if (after === undefined) return { epss: null, exploited: null, risk: null };
  return rankColumns(after, index.threatOf(vulnerability));
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
           fixed_in, fix_state, fix_channel, malicious, headers_only, evidence, epss, exploited, risk, opened_at)
    SELECT r."packageId", r."vulnerabilityId", r."advisoryId", r.also, r.state, r.reason, r.severity,
           r."severitySource", r.score, r."fixedIn", r."fixState", r."fixChannel", r.malicious, r."headersOnly", r.evidence, r.epss, r.exploited, r.risk, ${at}
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r("packageId" int, "vulnerabilityId" int, "advisoryId" int,
           also jsonb, state text, reason text, severity text, "severitySource" text, score real,
           "fixedIn" text, "fixState" text, "fixChannel" text, malicious boolean, "headersOnly" boolean, evidence jsonb,
           epss real, exploited boolean, risk real)`;
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

async function recordTransitions(
  tx: Transaction,
  rows: readonly ChangeRow[],
  { cause, at }: { cause: JudgeCause; at: Date },
): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO transition (at, kind, package_id, vulnerability_id, cause, detail)
    SELECT ${at}, r.kind, r."packageId", r."vulnerabilityId", ${JSON.stringify(cause)}::jsonb,
           jsonb_build_object('before', r.before, 'severity', r.severity, 'fixedIn', r."fixedIn", 'state', r.state)
      FROM jsonb_to_recordset(${jsonbText(rows)}::jsonb) AS r(kind text, "packageId" int, "vulnerabilityId" int,
           before jsonb, severity text, "fixedIn" text, state text)`;
}
