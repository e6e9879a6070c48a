interface Change {
  readonly vulnerability: string;
  readonly aliases: readonly string[];
  readonly change: string;
  readonly severity: string;
  readonly hasFix: boolean;
  readonly isExploited: boolean;
  readonly packageIds: readonly number[];
}

/**
 * Without what is the same vulnerability in the same packages under another of its names: an advisory that was published before it
 * had a CVE is given one. Where it is also worse than before, or can be mended now, that is told as it is.
 */
export function withoutRenamed<C extends Change>(changes: readonly C[]): readonly C[] {
  const closed = changes.filter(({ change }) => change === 'closed');
  const byOwnName = indexed(closed, ({ vulnerability }) => [vulnerability]);
  const byOtherName = indexed(closed, ({ aliases }) => aliases);
  const renamed = new Map<C, Set<number>>();
  const mark = (change: C, id: number): void => {
    renamed.set(change, (renamed.get(change) ?? new Set()).add(id));
  };
  for (const opened of changes) {
    if (opened.change !== 'opened' || opened.isExploited) continue;
    const named = opened.aliases.flatMap((name) => byOwnName.get(name) ?? []);
    for (const old of new Set([...named, ...(byOtherName.get(opened.vulnerability) ?? [])])) {
      if (old.severity !== opened.severity || (opened.hasFix && !old.hasFix)) continue;
      const ids = new Set(old.packageIds);
      for (const id of opened.packageIds) {
        if (!ids.has(id)) continue;
        mark(opened, id);
        mark(old, id);
      }
    }
  }
  return changes
    .map((change) => {
      const same = renamed.get(change);
      return same === undefined ? change : { ...change, packageIds: change.packageIds.filter((id) => !same.has(id)) };
    })
    .filter(({ packageIds }) => packageIds.length > 0);
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
