import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Asks again and again until the answer is something; the last answer or error is in the failure. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { timeoutMs = 45_000, everyMs = 100 }: UntilOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      lastError = undefined;
    } catch (error) {
      // A process that is just starting answers nobody; what it said last is told below.
      lastError = error;
    }
    await sleep(everyMs);
  } while (Date.now() < deadline);
  throw new Error(`waited ${timeoutMs / 1_000} s in vain for ${what}`, { cause: lastError });
}

/** Fails as soon as the condition stops to hold: for what must not happen. */
export async function throughout(what: string, durationMs: number, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + durationMs; Date.now() < deadline; await sleep(100)) {
    if (!holds()) throw new Error(`it was promised that ${what}`);
  }
}
