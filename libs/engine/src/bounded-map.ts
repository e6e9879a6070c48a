/**
 * Runs the work on every item, at most `concurrency` at a time, the largest first: what takes longest must not be begun last. Results
 * keep the order of the items. The first failure is thrown.
 */
export async function boundedMap<T, R>(
  items: readonly T[],
  { concurrency, sizeOf }: { readonly concurrency: number; sizeOf(item: T): number },
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  const queue = [...items.entries()].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a)).values();
  const run = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(concurrency, items.length)) }, run));
  return results;
}
