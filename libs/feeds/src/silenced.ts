import { ecosystemBase, type Advisory } from '@tidewaiter/contracts';
import type { FeedProblem } from './feed';
import { hasShrunk, negligible, type ShrinkCounts } from './shrink';

/**
 * Ecosystems, without their releases, of whose packages a record says something: nothing when it is withdrawn, and nothing by an entry
 * without ranges, versions and status. https://ossf.github.io/osv-schema/#affectedversions-field: one of ranges and versions is there.
 */
export function spokenBases({ withdrawn, affected }: Pick<Advisory, 'withdrawn' | 'affected'>): ReadonlySet<string> {
  if (withdrawn !== undefined) return new Set();
  const saying = affected.filter(({ ranges, versions, status }) => {
    return ranges.length > 0 || versions.length > 0 || status !== undefined;
  });
  return new Set(saying.map(({ ecosystem }) => ecosystemBase(ecosystem)));
}

/** A record that is there and speaks of nothing that it spoke of. */
export function isSilenced(before: Iterable<string>, now: ReadonlySet<string>): boolean {
  const bases = [...before];
  return bases.length > 0 && !bases.some((ecosystem) => now.has(ecosystemBase(ecosystem)));
}

/** Of one record that is what was corrected, of few as well. */
export function isSilenceSuspect(silenced: number): boolean {
  return silenced > negligible;
}

/** Records that spoke of packages: how many did, how many of these say nothing any more, and how many fewer there are. */
export interface SilencedCounts extends Pick<ShrinkCounts, 'before' | 'maxShrinkPercent'> {
  readonly silenced: number;
  readonly gone: number;
}

/**
 * A publisher takes back a record or two. Where a share of them lose all that they say from one day to the next, it is the form of the feed
 * that is another: a field was renamed, or is empty.
 */
export function areTooManySilenced({ before, silenced, gone, maxShrinkPercent }: SilencedCounts): boolean {
  return isSilenceSuspect(silenced) && hasShrunk({ before, now: before - silenced - gone, maxShrinkPercent });
}

export function silencedProblem(counts: SilencedCounts, part = 'the source'): FeedProblem | undefined {
  if (!areTooManySilenced(counts)) return undefined;
  const { before, silenced, gone, maxShrinkPercent } = counts;
  const message =
    `${part} has ${before} records that speak of packages, of which ${silenced} say nothing any more of what they spoke of or are withdrawn` +
    `${gone > 0 ? ` and ${gone} are gone` : ''}, more than ${maxShrinkPercent} %; what they said stays. ` +
    'If it is right, set ADVISORIES_MAX_SHRINK_PERCENT to 100 for one refresh.';
  return { code: 'feed-silenced', message, part, path: part, fatal: true };
}
