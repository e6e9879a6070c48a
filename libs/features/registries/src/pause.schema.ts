import { named } from '@tidewaiter/server';
import { z } from 'zod';

/** No scan of it is begun: who said so, when and why. */
export const PauseRecord = named(
  'Pause',
  z.object({
    reason: z.string(),
    /** Name of the API key. */
    by: z.string(),
    since: z.iso.datetime(),
  }),
);
export type PauseRecord = z.infer<typeof PauseRecord>;

interface PauseRow {
  readonly reason: string;
  readonly by: string;
  readonly since: Date;
}

export function pauseRecord({ reason, by, since }: PauseRow): PauseRecord {
  return { reason, by, since: since.toISOString() };
}
