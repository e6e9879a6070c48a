import type { Order, VersionScheme } from './version-scheme';

/** Where membership begins. Without a place: before every version. */
export interface Opening<V> {
  readonly kind: 'introduced';
  readonly at: V | undefined;
  readonly text: string;
}

/** Where membership ends: before the version (`fixed`) or after it (`last-affected`). */
export interface Closing<V> {
  readonly kind: 'fixed' | 'last-affected';
  readonly at: V;
  readonly text: string;
}

export type Boundary<V> = Opening<V> | Closing<V>;

/** Without `to`, endless. */
export interface Interval<V> {
  readonly from: Opening<V>;
  readonly to?: Closing<V>;
}

/**
 * The disjoint intervals that OSV's event replay describes, in order: sort the events by version, then `introduced` opens
 * and `fixed` or `last-affected` closes. https://ossf.github.io/osv-schema/#evaluation
 *
 * The specification does not order events of the same version. Here a version that both opens and closes leaves the state
 * behind it as it was: "introduced X, fixed X" alone is empty (feeds say "not affected" that way), while "introduced 0,
 * fixed X, introduced X, fixed Y" are two ranges that touch, and everything below Y is inside (PYSEC-2024-258 is written
 * so; replaying `introduced` before `fixed` would miss all versions from X to Y).
 */
export function intervalsOf<V>(scheme: VersionScheme<V>, boundaries: readonly Boundary<V>[]): readonly Interval<V>[] {
  const sorted = [...boundaries].sort((a, b) => comparePlaces(scheme, a.at, b.at));
  const intervals: Interval<V>[] = [];
  let open: Opening<V> | undefined;
  for (let i = 0; i < sorted.length;) {
    const place = sorted[i]?.at;
    let opening: Opening<V> | undefined;
    let closing: Closing<V> | undefined;
    for (; i < sorted.length && comparePlaces(scheme, sorted[i]?.at, place) === 0; i++) {
      const boundary = sorted[i];
      if (boundary === undefined) continue;
      if (boundary.kind === 'introduced') opening ??= boundary;
      // Both at once is against the specification; the one that includes the version is the careful reading.
      else if (closing?.kind !== 'last-affected') closing = boundary;
    }
    if (open === undefined) {
      if (opening !== undefined && closing?.kind === 'last-affected') intervals.push({ from: opening, to: closing });
      else if (closing === undefined) open = opening;
    } else if (closing !== undefined && opening === undefined) {
      intervals.push({ from: open, to: closing });
      open = undefined;
    }
  }
  if (open !== undefined) intervals.push({ from: open });
  return intervals;
}

export function intervalContains<V>(scheme: VersionScheme<V>, interval: Interval<V>, version: V): boolean {
  const { from, to } = interval;
  if (from.at !== undefined && scheme.compare(version, from.at) < 0) return false;
  if (to === undefined) return true;
  const order = scheme.compare(version, to.at);
  if (to.kind === 'fixed') return order < 0;
  return order <= 0 || scheme.covers?.(to.at, version) === true;
}

function comparePlaces<V>(scheme: VersionScheme<V>, a: V | undefined, b: V | undefined): Order {
  if (a === undefined || b === undefined) {
    if (a === b) return 0;
    return a === undefined ? -1 : 1;
  }
  return scheme.total === undefined ? scheme.compare(a, b) : scheme.total(a, b);
}
