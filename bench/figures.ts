/** How the benchmarks show what they measured. */
export async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return result;
}

export function numbersOf(text: string): readonly number[] {
  return text.split(',').map(Number);
}

export function shown(value: number): string {
  return value.toLocaleString('en');
}
