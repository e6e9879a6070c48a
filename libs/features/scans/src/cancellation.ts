import type { Database } from '@tidewaiter/db';
import { messageOf, type Logger } from '@tidewaiter/kit';

export interface Cancellation {
  /** Aborted soon after somebody cancelled the scan, in whatever process. */
  readonly signal: AbortSignal;
  stop(): void;
}

const lookEveryMs = 1_000;

/** Looks at the row of a running scan: that is where it is cancelled. */
export function watchCancellation(database: Database, scanId: string, logger: Logger): Cancellation {
  const controller = new AbortController();
  const timer = setInterval(() => {
    database.scan
      .findUnique({ where: { id: scanId }, select: { state: true } })
      .then((scan) => {
        if (scan?.state === 'cancelled') controller.abort(new Error('the scan was cancelled'));
      })
      // The next look tells; the end of the scan asks the row as well.
      .catch((error: unknown) => logger.debug('cancellation not looked for', { scanId, reason: messageOf(error) }));
  }, lookEveryMs);
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
