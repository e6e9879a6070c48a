import type { Lane } from '@tidewaiter/contracts';
import type { Database } from '@tidewaiter/db';
import type { ReadProgress } from '@tidewaiter/engine';
import { recordActivity, type ActivityPayload } from '@tidewaiter/features/activity';
import { messageOf, type Logger } from '@tidewaiter/kit';

const tellEveryMs = 1_000;

export interface ToldScan {
  readonly database: Database;
  readonly lane: Lane;
  readonly subject: ActivityPayload<'scan.started'>;
  readonly logger: Logger;
  pulledBytes(): number;
}

/** Tells how far a scan is to whoever follows the events. Nobody waits for what is read again or in the backfill. */
export function tellProgress(scan: ToldScan): ((progress: ReadProgress) => void) | undefined {
  const { database, lane, subject, logger } = scan;
  if (lane !== 'push' && lane !== 'user') return undefined;
  let toldAt = 0;
  return ({ image, done, layers, doneBytes, bytes }) => {
    if (Date.now() - toldAt < tellEveryMs) return;
    toldAt = Date.now();
    const progress = { image, layersDone: done, layers, bytesDone: doneBytes, bytes, pulledBytes: scan.pulledBytes() };
    recordActivity(database, 'scan.progress', { ...subject, ...progress })
      // The scan is what counts; its end is told in any case.
      .catch((error: unknown) => logger.debug('progress not told', { reason: messageOf(error) }));
  };
}
