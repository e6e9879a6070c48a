import { likelyAttacked } from '@tidewaiter/severity';
import { keyOf, type OpenAnew, type WorldState } from './world-state';
import type { PushedImage } from './world-site';

/** What was read, and what is judged anew before and after it. */
export interface Reading {
  readonly from: WorldState;
  readonly to: WorldState;
  /** Nobody says it any more, since its feed is configured no longer. */
  readonly isRetired: boolean;
  /** How likely attacks are is measured otherwise, or somebody begins to look: that is no news. */
  readonly isQuiet: boolean;
}

/** A finding of which something is to be told, and the images in which it concerns somebody. */
interface Change {
  readonly kind: string;
  readonly vulnerability: string;
  readonly packageId: number;
  readonly severity: string;
  readonly previousSeverity?: string;
  readonly concerns: (imageId: number) => boolean;
}

export interface AlertDue {
  readonly kind: string;
  readonly vulnerability: string;
  readonly severity: string;
  readonly previousSeverities: ReadonlySet<string>;
  readonly packageIds: ReadonlySet<number>;
  readonly imageIds: ReadonlySet<number>;
}

/**
 * Which alerts are due by the table under "What changes it" in docs/advisories.md, in the order in which things are read. It remembers of
 * which findings it was told that an attack is likely: that is told once while one is open.
 */
export class DueAlerts {
  private crossed = new Set<string>();

  /** `knowsFormerNames`: it may be known by a name that a vulnerability had until now, and need not be. */
  constructor(private readonly knowsFormerNames = true) {}

  /** `present`: images of which somebody is to be told; `last`: how everything is when it is told. */
  after(readings: readonly Reading[], last: WorldState, present: readonly PushedImage[]): readonly AlertDue[] {
    const changes = readings.flatMap((reading) => this.changesOf(reading));
    const due = new Map<string, AlertDue>();
    for (const change of changes) {
      const imageIds = present
        .filter((image) => isIn(change, image) && concerns(change, image, last))
        .map(({ id }) => id);
      if (imageIds.length > 0) add(due, change, imageIds);
    }
    return [...due.values()];
  }

  /** For readings that may have come in another order: with the memory of this one, and without leaving anything in it. */
  copy({ knowsFormerNames = true } = {}): DueAlerts {
    const copy = new DueAlerts(knowsFormerNames);
    copy.crossed = new Set(this.crossed);
    return copy;
  }

  private changesOf({ from, to, isRetired, isQuiet }: Reading): readonly Change[] {
    const [before, now] = [byKey(from), byKey(to)];
    const opened = to.open.filter((finding) => !before.has(keyOf(finding)));
    const closed = from.open.filter((finding) => !now.has(keyOf(finding)));
    const pairs = opened.flatMap((finding) => closed.flatMap((other) => this.samePair(other, finding)));
    const renamed = new Set(pairs.flatMap((pair) => [pair.opened, pair.closed]));
    for (const finding of closed) this.crossed.delete(keyOf(finding));
    const isUnvouchedIn = (state: WorldState, finding: OpenAnew) => (imageId: number) =>
      state.suppressed.get(imageId)?.includes(keyOf(finding)) !== true;
    return [
      ...opened.filter((one) => !renamed.has(one)).map((one) => changed('opened', one, isUnvouchedIn(to, one))),
      // Whoever vouched for it under its old name may not do so under the new one.
      ...pairs.map((pair) =>
        changed(
          'opened',
          pair.opened,
          (id) =>
            from.suppressed.has(id) && !isUnvouchedIn(from, pair.closed)(id) && isUnvouchedIn(to, pair.opened)(id),
        ),
      ),
      ...closed
        .filter((one) => !isRetired && !renamed.has(one))
        .map((one) => changed('closed', one, isUnvouchedIn(from, one))),
      ...to.open.flatMap((finding) => {
        const was = before.get(keyOf(finding));
        if (was === undefined) return [];
        const kinds = [...verdictKinds(was, finding), ...(isQuiet ? [] : this.threatKinds(was, finding))];
        const previous = was.severity === finding.severity ? {} : { previousSeverity: was.severity };
        const concerned = isUnvouchedIn(to, finding);
        return [
          ...kinds.map((kind) => ({
            ...changed(kind, finding, concerned),
            ...(verdictKinds(was, finding).includes(kind) && previous),
          })),
          changed('suppression-withdrawn', finding, (id) => {
            const isKnown = from.suppressed.has(id) && was.verdict === finding.verdict;
            return isKnown && !isUnvouchedIn(from, finding)(id) && concerned(id);
          }),
        ];
      }),
    ];
  }

  /** Where what is opened is what is closed under another of its names, and nothing else: nobody is told of that. */
  private samePair(closed: OpenAnew, opened: OpenAnew) {
    const isNamed = opened.aliases.includes(closed.vulnerability);
    const wasNamed = this.knowsFormerNames && closed.aliases.includes(opened.vulnerability);
    if (!(isNamed || wasNamed) || closed.packageId !== opened.packageId) return [];
    const isOther = closed.verdict !== opened.verdict || verdictKinds(closed, opened).length > 0;
    const isWorse = (!closed.exploited && opened.exploited) || (!isLikely(closed) && isLikely(opened));
    return isOther || isWorse ? [] : [{ closed, opened }];
  }

  private threatKinds(was: OpenAnew, now: OpenAnew): readonly string[] {
    const key = keyOf(now);
    // A verdict that is another one begins anew.
    if (was.verdict !== now.verdict) this.crossed.delete(key);
    const isCrossed = !isLikely(was) && isLikely(now);
    const isToldBefore = this.crossed.has(key);
    if (isCrossed) this.crossed.add(key);
    return [
      ...(!was.exploited && now.exploited ? ['known-exploited'] : []),
      ...(isCrossed && !isToldBefore ? ['epss-crossed'] : []),
    ];
  }
}

function changed(kind: string, finding: OpenAnew, isConcerned: Change['concerns']): Change {
  const { vulnerability, packageId, severity } = finding;
  return { kind, vulnerability, packageId, severity, concerns: isConcerned };
}

function verdictKinds(was: OpenAnew, now: OpenAnew): readonly string[] {
  if (was.verdict !== now.verdict) return ['verdict-changed'];
  if (was.severity !== now.severity) return ['severity-changed'];
  if (hasFix(was) === hasFix(now)) return [];
  return [hasFix(now) ? 'fix-available' : 'fix-withdrawn'];
}

/** What somebody vouches for at last concerns nobody, though nobody did in between. */
function concerns(change: Change, { id }: PushedImage, last: WorldState): boolean {
  return change.concerns(id) && last.suppressed.get(id)?.includes(keyOf(change)) !== true;
}

function isIn({ packageId }: Change, { layers }: PushedImage): boolean {
  return layers.some((layer) => layer.includes(packageId));
}

function add(due: Map<string, AlertDue>, change: Change, imageIds: readonly number[]): void {
  const { kind, vulnerability, severity, packageId, previousSeverity } = change;
  const key = [vulnerability, kind, severity].join(' ');
  const known = due.get(key);
  due.set(key, {
    ...{ kind, vulnerability, severity },
    previousSeverities: new Set([...(known?.previousSeverities ?? []), previousSeverity ?? severity]),
    packageIds: new Set([...(known?.packageIds ?? []), packageId]),
    imageIds: new Set([...(known?.imageIds ?? []), ...imageIds]),
  });
}

function byKey(state: WorldState): ReadonlyMap<string, OpenAnew> {
  return new Map(state.open.map((finding) => [keyOf(finding), finding]));
}

function hasFix({ fixedIn }: OpenAnew): boolean {
  return fixedIn !== undefined;
}

function isLikely({ epss = 0 }: OpenAnew): boolean {
  return epss >= likelyAttacked;
}
