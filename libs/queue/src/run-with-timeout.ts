import { OperationalError } from '@tidewaiter/kit';

/** Why a job's signal was aborted when the process stops; the job is handed back and loses no attempt. */
export class ShuttingDown extends Error {
  constructor() {
    super('the process is stopping');
  }
}

/** How long a handler may take to notice that its signal was aborted. */
const noticeMs = 5_000;

/**
 * Runs the work until it is done, its time is up, or the controller is aborted from outside. In the last two cases the work
 * gets a little time to end by itself; work that ignores its signal is given up.
 */
export async function runWithTimeout<T>(
  work: () => Promise<T>,
  { controller, timeoutMs }: { readonly controller: AbortController; readonly timeoutMs: number },
): Promise<T> {
  const { signal } = controller;
  const timeout = setTimeout(() => {
    controller.abort(
      new OperationalError('job-timeout', `The job was not done after ${Math.round(timeoutMs / 1_000)} seconds.`),
    );
  }, timeoutMs);
  let givingUp: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () => {
        givingUp = setTimeout(
          () => reject(asError(signal.reason)),
          signal.reason instanceof ShuttingDown ? 500 : noticeMs,
        );
      },
      { once: true },
    );
  });
  try {
    return await Promise.race([work(), givenUp]);
  } catch (error) {
    // Whatever the work threw after its signal was aborted, the abort is the reason.
    throw signal.aborted ? asError(signal.reason) : error;
  } finally {
    clearTimeout(timeout);
    clearTimeout(givingUp);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
