/** Everything that can be reached from the roots, themselves included. */
export function reachable(roots: readonly string[], edges: (key: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set(roots);
  const pending = [...roots];
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    for (const next of edges(key)) {
      if (reached.has(next)) continue;
      reached.add(next);
      pending.push(next);
    }
  }
  return reached;
}
