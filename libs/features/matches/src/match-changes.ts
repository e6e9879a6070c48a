import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '@tidewaiter/contracts';
import type { ThreatColumns } from './match-risk';

/** Why packages are judged; kept with every transition. */
export type JudgeCause =
  | { readonly kind: 'package' }
  | { readonly kind: 'feed'; readonly source: string; readonly run: number; readonly retired?: true }
  /** Packages of this kind are looked up under other names than before. */
  | { readonly kind: 'lookup'; readonly revision: number };

/** An open match as it stands, in the terms a new verdict is compared in. */
export interface OpenMatch extends ThreatColumns {
  readonly id: bigint;
  readonly packageId: number;
  readonly vulnerability: string;
  readonly vulnerabilityId: number;
  readonly state: string;
  readonly reason: string | null;
  readonly severity: string;
  readonly severitySource: string | null;
  readonly score: number | null;
  readonly fixedIn: string | null;
  readonly fixState: string | null;
  readonly fixChannel: string | null;
  readonly malicious: boolean;
  readonly openedAt: Date;
  readonly advisory: string;
  /** Plain JSON, as the finding had it. */
  readonly also: unknown;
  readonly evidence: unknown;
}

export interface JudgedFinding {
  readonly packageId: number;
  readonly finding: Finding;
}

export type TransitionKind =
  'opened' | 'closed' | 'verdict-changed' | 'severity-changed' | 'fix-available' | 'fix-withdrawn';

export interface MatchChange {
  readonly kind: TransitionKind | 'refreshed';
  readonly packageId: number;
  readonly vulnerability: string;
  readonly severity: string;
  readonly before?: OpenMatch;
  readonly after?: Finding;
  /** Of one that is opened: since when the package is known to have it, under another name. */
  readonly since?: Date;
}

/**
 * What a judging changed. A changed match keeps its row and its `opened_at` unless its state changed: then the old one is
 * closed and a new one opened, so that history tells both. `refreshed` is a change nobody is told about (the deciding
 * record or its wording).
 */
export function matchChanges(open: readonly OpenMatch[], judged: readonly JudgedFinding[]): readonly MatchChange[] {
  const before = new Map(open.map((match) => [keyOf(match.packageId, match.vulnerability), match]));
  const changes: MatchChange[] = [];
  for (const { packageId, finding } of judged) {
    const vulnerability = finding.vulnerability.id;
    const key = keyOf(packageId, vulnerability);
    const match = before.get(key);
    before.delete(key);
    const kind = match === undefined ? 'opened' : changeKind(match, finding);
    if (kind === undefined) continue;
    const change = { kind, packageId, vulnerability, severity: finding.severity, after: finding };
    changes.push(match === undefined ? change : { ...change, before: match });
  }
  for (const match of before.values()) {
    const { packageId, vulnerability, severity } = match;
    changes.push({ kind: 'closed', packageId, vulnerability, severity, before: match });
  }
  return changes;
}

/**
 * What is opened in the place of what is closed in the same package, since the vulnerability has another of its names now, keeps
 * its age: an advisory that was published before it had a CVE is given one. `aliasesOf` knows the other names of what is closed.
 */
export function withAges(
  changes: readonly MatchChange[],
  aliasesOf: ReadonlyMap<string, readonly string[]>,
): readonly MatchChange[] {
  const closed = Map.groupBy(
    changes.filter(({ kind }) => kind === 'closed'),
    ({ packageId }) => packageId,
  );
  return changes.map((change) => {
    const { kind, packageId, vulnerability, after } = change;
    if (kind !== 'opened') return change;
    const names = new Set(after?.vulnerability.aliases);
    const same = (closed.get(packageId) ?? []).filter(
      (other) => names.has(other.vulnerability) || (aliasesOf.get(other.vulnerability) ?? []).includes(vulnerability),
    );
    const times = same.flatMap(({ before }) => (before === undefined ? [] : [before.openedAt.getTime()]));
    return times.length === 0 ? change : { ...change, since: new Date(Math.min(...times)) };
  });
}

/** Of packages in which something is opened and something closed: only there one may take the other's place. */
export function mayBeRenamed(changes: readonly MatchChange[]): readonly MatchChange[] {
  const opening = new Set(changes.filter(({ kind }) => kind === 'opened').map(({ packageId }) => packageId));
  return changes.filter(({ kind, packageId }) => kind === 'closed' && opening.has(packageId));
}

/** Whether the change shows in the counts of an image, or in what it is held for. */
export function concernsImages({ before, after }: MatchChange): boolean {
  if (before === undefined || after === undefined) return true;
  if (before.state !== after.verdict || before.severity !== after.severity) return true;
  if (before.malicious !== (after.malicious ?? false)) return true;
  return (before.fixedIn === null) !== (after.fixedIn === undefined);
}

function changeKind(match: OpenMatch, finding: Finding): MatchChange['kind'] | undefined {
  if (match.state !== finding.verdict) return 'verdict-changed';
  if (match.severity !== finding.severity) return 'severity-changed';
  if (match.fixedIn === null && finding.fixedIn !== undefined) return 'fix-available';
  if (match.fixedIn !== null && finding.fixedIn === undefined) return 'fix-withdrawn';
  const same =
    match.fixedIn === (finding.fixedIn ?? null) &&
    match.fixState === (finding.fixState ?? null) &&
    match.fixChannel === (finding.fixChannel ?? null) &&
    match.malicious === (finding.malicious ?? false) &&
    match.reason === (finding.reason ?? null) &&
    match.severitySource === (finding.severitySource ?? null) &&
    sameScore(match.score, finding.score) &&
    match.advisory === `${finding.advisory.feed}/${finding.advisory.id}` &&
    isDeepStrictEqual(match.also, finding.also) &&
    isDeepStrictEqual(match.evidence, finding.evidence ?? null);
  return same ? undefined : 'refreshed';
}

/** Scores have one decimal; the column is a four-byte float. */
function sameScore(stored: number | null, score: number | undefined): boolean {
  if (stored === null || score === undefined) return stored === null && score === undefined;
  return Math.abs(stored - score) < 0.05;
}

function keyOf(packageId: number, vulnerability: string): string {
  return `${String(packageId)} ${vulnerability}`;
}
