import type { Release } from '@tidewaiter/contracts';

/** `9` of `9.4`. */
export function majorOf({ versionId }: Pick<Release, 'versionId'>): string | undefined {
  return /^\d+/.exec(versionId ?? '')?.[0];
}

/** `3.20` of `3.20.3`. */
export function majorMinorOf({ versionId }: Pick<Release, 'versionId'>): string | undefined {
  return /^\d+\.\d+/.exec(versionId ?? '')?.[0];
}

/** `['7', '8', '9']` from 7 to 9. */
export function numbered(first: number, last: number): readonly string[] {
  return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}`);
}
