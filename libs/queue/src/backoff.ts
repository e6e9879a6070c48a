import { OperationalError } from '@tidewaiter/kit';
import type { JobDefinition } from './jobs';

/** BullMQ's answer for "not again". */
const notAgain = -1;

/**
 * The wait before the next attempt, by what went wrong in this one: somebody else's trouble passes (longer and longer waits,
 * or the wait the other side asked for), a bug is tried once more in case it was not one.
 */
export function waitBeforeRetryMs(
  error: Error | undefined,
  { backoff }: Pick<JobDefinition, 'backoff'>,
  { attemptsMade, random = Math.random }: { readonly attemptsMade: number; readonly random?: () => number },
): number {
  if (!(error instanceof OperationalError)) return attemptsMade >= 2 ? notAgain : backoff.firstMs;
  const wholeMs = Math.min(backoff.lastMs, backoff.firstMs * 2 ** (attemptsMade - 1));
  // Jobs that failed together do not come back together.
  const spreadMs = Math.round(wholeMs * (0.75 + random() * 0.25));
  return Math.max(spreadMs, (error.retryAfterSeconds ?? 0) * 1_000);
}
