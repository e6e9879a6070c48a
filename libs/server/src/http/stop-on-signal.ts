import type { Logger } from '@tidewaiter/kit';

export interface StopOptions {
  readonly logger: Logger;
  /** What is not done by then is cut off. */
  readonly deadlineMs?: number;
}

/**
 * SIGTERM and SIGINT stop the process in order, at most `deadlineMs` long; a second signal ends it at once. The exit code is
 * 0 after an ordered stop.
 */
export function stopOnSignal(stop: () => Promise<void>, { logger, deadlineMs = 5_000 }: StopOptions): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info('stop requested', { signal });
    const deadline = setTimeout(() => {
      logger.error('stop took too long', { deadlineMs });
      process.exit(1);
    }, deadlineMs);
    stop().then(
      () => {
        clearTimeout(deadline);
        logger.info('process stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error('stop failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
