import type { Database } from '@tidewaiter/db';
import { TransitionDetail } from './world.schema';

/** What transitions alone tell of a finding that is open. */
interface Told {
  readonly state: string;
  readonly severity: string;
  readonly hasFix: boolean;
  /** Undefined: as it was when it was opened, which is not told. */
  readonly exploited?: boolean;
  readonly likely?: boolean;
  /** Images in which somebody vouches for it. */
  readonly suppressedIn: readonly number[];
}

interface Replayed {
  /** Open findings by package row and vulnerability. */
  readonly open: ReadonlyMap<string, Told>;
  /** Transitions that cannot have happened after what came before them. */
  readonly impossible: readonly string[];
}

type Row = Awaited<ReturnType<typeof transitionsOf>>[number];

/** Everything that ever happened, played again from nothing. */
export async function replayTransitions(database: Database): Promise<Replayed> {
  const open = new Map<string, Told>();
  const impossible: string[] = [];
  for (const row of await transitionsOf(database)) {
    const key = `${String(row.packageId)} ${row.vulnerability}`;
    const next = playedOn(open.get(key), row);
    if (typeof next === 'string') impossible.push(`${key} ${String(row.id)} ${row.kind}: ${next}`);
    else if (next === undefined) open.delete(key);
    else open.set(key, next);
  }
  return { open, impossible };
}

/** What is told after a transition; undefined when it is closed, and why it cannot have happened. */
function playedOn(told: Told | undefined, row: Row): Told | string | undefined {
  const detail = TransitionDetail.parse(row.detail);
  if (row.kind === 'opened') {
    if (told !== undefined) return 'it is open already';
    return { ...verdictOf(detail), suppressedIn: [] };
  }
  if (told === undefined) return 'it is not open';
  switch (row.kind) {
    case 'closed':
    case 'verdict-changed':
    case 'severity-changed':
    case 'fix-available':
    case 'fix-withdrawn':
      return changed(told, row.kind, detail);
    case 'known-exploited':
      return told.exploited === true ? 'told twice' : { ...told, exploited: true };
    case 'known-exploited-withdrawn':
      return told.exploited === false ? 'told twice' : { ...told, exploited: false };
    case 'epss-crossed':
      return told.likely === true ? 'told twice' : { ...told, likely: true };
    case 'epss-fell':
      return told.likely === false ? 'told twice' : { ...told, likely: false };
    default:
      return suppressed(told, row.kind, detail.images ?? []);
  }
}

function changed(told: Told, kind: string, detail: TransitionDetail): Told | string | undefined {
  const { before } = detail;
  const was = [before?.state, before?.severity, hasText(before?.fixedIn)].join(' ');
  if (was !== [told.state, told.severity, told.hasFix].join(' ')) return `it was ${was} before`;
  if (kind === 'closed') return undefined;
  const now = verdictOf(detail);
  if (kind === 'verdict-changed') return now.state === told.state ? 'no other' : { ...told, ...now, suppressedIn: [] };
  if (now.state !== told.state) return 'of another state';
  if (kind === 'severity-changed') return now.severity === told.severity ? 'no other' : { ...told, ...now };
  const isRight =
    now.severity === told.severity && now.hasFix === (kind === 'fix-available') && now.hasFix !== told.hasFix;
  return isRight ? { ...told, ...now } : 'no other';
}

function verdictOf({ state, severity, fixedIn }: TransitionDetail) {
  return { state: state ?? '', severity, hasFix: hasText(fixedIn) };
}

function hasText(text: string | null | undefined): boolean {
  return text !== null && text !== undefined;
}

function suppressed(told: Told, kind: string, images: readonly number[]): Told | string {
  const isNow = kind === 'suppressed';
  if (!isNow && kind !== 'suppression-withdrawn') return 'of no kind that is known';
  if (images.some((id) => told.suppressedIn.includes(id) === isNow)) return `told twice of ${images.join()}`;
  const others = told.suppressedIn.filter((id) => !images.includes(id));
  return { ...told, suppressedIn: isNow ? [...others, ...images].sort((a, b) => a - b) : others };
}

async function transitionsOf(database: Database) {
  return database.$queryRaw<
    {
      readonly id: bigint;
      readonly kind: string;
      readonly packageId: number;
      readonly vulnerability: string;
      readonly detail: unknown;
    }[]
  >`
    SELECT t.id, t.kind, t.package_id AS "packageId", v.name AS vulnerability, t.detail
      FROM transition t JOIN vulnerability v ON v.id = t.vulnerability_id ORDER BY t.at, t.id`;
}
