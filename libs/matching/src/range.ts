import type { AffectedRange, RangeEvent } from '@tidewaiter/contracts';
import {
  intervalContains,
  intervalsOf,
  type Boundary,
  type Closing,
  type Interval,
  type VersionScheme,
} from '@tidewaiter/versions';

export type RangeAnswer =
  /** `text` is the interval that holds the version, as evidence; `fixedIn` its end, when a fix ends it. */
  | { readonly state: 'inside'; readonly text: string; readonly fixedIn?: string }
  /** `fixedIn` is the last fix at or below the version, when that is why it is outside. */
  | { readonly state: 'outside'; readonly fixedIn?: string }
  /** The range holds no version at all: the publisher's way to say "not affected". */
  | { readonly state: 'empty' }
  | { readonly state: 'undetermined'; readonly reason: string };

/**
 * Where a version lies relative to an OSV range. https://ossf.github.io/osv-schema/#evaluation
 * A bound that cannot be read makes the whole range undetermined: not affected and not clean.
 */
export function evaluateRange<V>(scheme: VersionScheme<V>, range: AffectedRange, version: V): RangeAnswer {
  const bounds = boundsOf(scheme, range);
  if (bounds === 'empty') return { state: 'empty' };
  if (typeof bounds === 'string') return { state: 'undetermined', reason: bounds };
  const { limits, intervals } = bounds;
  const isWithinLimits =
    limits.length === 0 || limits.some((limit) => limit === 'everything' || scheme.compare(version, limit) < 0);
  if (!isWithinLimits) return { state: 'outside' };
  if (intervals.length === 0) return { state: 'empty' };
  const holding = intervals.find((interval) => intervalContains(scheme, interval, version));
  if (holding === undefined) return outside(scheme, intervals, version);
  const text = intervalText(holding);
  return holding.to?.kind === 'fixed' ? { state: 'inside', text, fixedIn: holding.to.text } : { state: 'inside', text };
}

/**
 * "0" sorts before any version (https://ossf.github.io/osv-schema/#affectedrangesevents-fields), so what begins there and never ends holds
 * every version, also one that nobody can read or order: malware that was installed from a repository, a program built without a tag.
 */
export function holdsEverything({ events }: AffectedRange): boolean {
  const isEndless = events.every((event) => 'introduced' in event || ('limit' in event && event.limit === '*'));
  return isEndless && events.some((event) => 'introduced' in event && event.introduced === '0');
}

interface Bounds<V> {
  readonly limits: readonly (V | 'everything')[];
  readonly intervals: readonly Interval<V>[];
}

/** A text is the reason why the range cannot be evaluated, or `empty` when it holds no version. */
type ReadBounds<V> = Bounds<V> | string;

/** Versions of one package are judged by the same ranges one after the other: each range is read once, and forgotten with it. */
const known = new WeakMap<object, WeakMap<AffectedRange, unknown>>();

function boundsOf<V>(scheme: VersionScheme<V>, range: AffectedRange): ReadBounds<V> {
  const ofScheme = known.get(scheme) ?? new WeakMap<AffectedRange, unknown>();
  known.set(scheme, ofScheme);
  // Written below, for this scheme and range.
  const before = ofScheme.get(range) as ReadBounds<V> | undefined;
  if (before !== undefined) return before;
  const bounds = readBounds(scheme, range);
  ofScheme.set(range, bounds);
  return bounds;
}

function readBounds<V>(scheme: VersionScheme<V>, range: AffectedRange): ReadBounds<V> {
  const events = withoutNothing(range.events);
  if (events.length === 0) return 'empty';
  const boundaries: Boundary<V>[] = [];
  const limits: (V | 'everything')[] = [];
  for (const event of events) {
    const read = readEvent(scheme, event);
    if (typeof read === 'string') return read;
    if ('limit' in read) limits.push(read.limit);
    else boundaries.push(read.boundary);
  }
  return { limits, intervals: intervalsOf(scheme, boundaries) };
}

/** `introduced 0` with `fixed 0` says "never affected"; whatever else the range says stays. */
function withoutNothing(events: readonly RangeEvent[]): readonly RangeEvent[] {
  const isFixedFromStart = events.some((event) => 'fixed' in event && event.fixed === '0');
  if (!isFixedFromStart) return events;
  return events.filter(
    (event) => !('fixed' in event && event.fixed === '0') && !('introduced' in event && event.introduced === '0'),
  );
}

type ReadEvent<V> = { readonly boundary: Boundary<V> } | { readonly limit: V | 'everything' };

/** A text instead of an event is the reason why it could not be read. */
function readEvent<V>(scheme: VersionScheme<V>, event: RangeEvent): ReadEvent<V> | string {
  if ('introduced' in event) {
    if (event.introduced === '0') return { boundary: { kind: 'introduced', at: undefined, text: '0' } };
    const parsed = scheme.parse(event.introduced);
    if (!parsed.ok) return badBound(parsed.error.message);
    return { boundary: { kind: 'introduced', at: parsed.value, text: event.introduced } };
  }
  if ('limit' in event) {
    if (event.limit === '*') return { limit: 'everything' };
    const parsed = scheme.parse(event.limit);
    return parsed.ok ? { limit: parsed.value } : badBound(parsed.error.message);
  }
  const [kind, text] =
    'fixed' in event ? (['fixed', event.fixed] as const) : (['last-affected', event.lastAffected] as const);
  const parsed = scheme.parse(text);
  return parsed.ok ? { boundary: { kind, at: parsed.value, text } } : badBound(parsed.error.message);
}

function badBound(message: string): string {
  return `a bound of the advisory cannot be read: ${message}`;
}

function outside<V>(scheme: VersionScheme<V>, intervals: readonly Interval<V>[], version: V): RangeAnswer {
  let last: Closing<V> | undefined;
  for (const { to } of intervals) {
    if (to?.kind === 'fixed' && scheme.compare(version, to.at) >= 0) last = to;
  }
  return last === undefined ? { state: 'outside' } : { state: 'outside', fixedIn: last.text };
}

function intervalText<V>({ from, to }: Interval<V>): string {
  const start = `>= ${from.text}`;
  if (to === undefined) return start;
  return `${start}, ${to.kind === 'fixed' ? '<' : '<='} ${to.text}`;
}
