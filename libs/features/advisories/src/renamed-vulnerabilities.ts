/** What became of a vulnerability in some packages, as far as it tells whether only its name is another. */
export interface RenamableChange {
  readonly vulnerability: string;
  /** Of a closed one, also those that it had until lately. */
  readonly aliases: readonly string[];
  readonly change: string;
  readonly severity: string;
  /** Of a closed one, before; so are the next ones, which are those of what is opened or closed. */
  readonly state: string | null;
  readonly hasFix: boolean;
  readonly isExploited: boolean;
  readonly isLikely: boolean;
  readonly packageIds: readonly number[];
  /** Set where it is known which images are concerned: not every image that holds the package. */
  readonly onlyIn: readonly number[] | null;
  /** Of a closed one: images in which somebody vouched for it. */
  readonly vouchedIn: readonly number[];
}

/**
 * Without what is the same vulnerability in the same packages under another of its names: an advisory that was published before it
 * had a CVE is given one. Where anything else changed with it that is told by itself, that is told as it is. Who vouched for it under its
 * old name may not do so under the new one: there it is told as opened, in the images in which nobody had heard of it.
 */
export function withoutRenamed<C extends RenamableChange>(changes: readonly C[]): readonly C[] {
  const closed = changes.filter(({ change }) => change === 'closed');
  const byOwnName = indexed(closed, ({ vulnerability }) => [vulnerability]);
  const byOtherName = indexed(closed, ({ aliases }) => aliases);
  const renamed = new Map<C, Set<number>>();
  const mark = (change: C, id: number): void => {
    renamed.set(change, (renamed.get(change) ?? new Set()).add(id));
  };
  const unheard: C[] = [];
  for (const opened of changes) {
    if (opened.change !== 'opened') continue;
    const named = opened.aliases.flatMap((name) => byOwnName.get(name) ?? []);
    for (const old of new Set([...named, ...(byOtherName.get(opened.vulnerability) ?? [])])) {
      if (!isAsBefore(old, opened)) continue;
      const ids = new Set(old.packageIds);
      const same = opened.packageIds.filter((id) => ids.has(id));
      for (const id of same) {
        mark(opened, id);
        mark(old, id);
      }
      if (old.vouchedIn.length > 0) unheard.push({ ...opened, packageIds: same, onlyIn: old.vouchedIn });
    }
  }
  return [...changes, ...unheard]
    .map((change) => {
      const same = renamed.get(change);
      return same === undefined ? change : { ...change, packageIds: change.packageIds.filter((id) => !same.has(id)) };
    })
    .filter(({ packageIds }) => packageIds.length > 0);
}

function isAsBefore(old: RenamableChange, opened: RenamableChange): boolean {
  const isWorse = (opened.isExploited && !old.isExploited) || (opened.isLikely && !old.isLikely);
  return !isWorse && old.state === opened.state && old.severity === opened.severity && old.hasFix === opened.hasFix;
}

function indexed<C>(
  changes: readonly C[],
  namesOf: (change: C) => readonly string[],
): ReadonlyMap<string, readonly C[]> {
  const found = new Map<string, C[]>();
  for (const change of changes) {
    for (const name of namesOf(change)) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [change]);
      else known.push(change);
    }
  }
  return found;
}
