import type { AdvisoryStore } from '@tidewaiter/advisory-store';
import type { Package } from '@tidewaiter/contracts';
import { ecosystemOf } from '@tidewaiter/ecosystems';

/** Of the releases that packages are judged by, those of which a source says nothing any more: that nothing new is found means little. */
export function frozenLines(packages: Iterable<Package>, store: Pick<AdvisoryStore, 'frozen'>): readonly string[] {
  const frozen = store.frozen();
  if (frozen.length === 0) return [];
  const asked = new Set<string>();
  for (const each of packages) {
    for (const { ecosystem } of ecosystemOf(each)?.lookupKeys(each) ?? []) asked.add(ecosystem);
  }
  return frozen
    .filter(({ release }) => asked.has(release))
    .map(
      ({ release, feed, name, since }) =>
        `${feed} ${name} has said nothing of ${release} since ${since.slice(0, 'YYYY-MM-DD'.length)}: ` +
        'what became known later is not found.',
    );
}
