import { z } from 'zod';

/** Where a source stands in its list of changes. Times are of that list, so that no clock of ours is asked. */
export const Cursor = z.object({
  /** Newest change when everything was read the last time. */
  fullAt: z.string(),
  /** Newest change that was read. */
  seenUntil: z.string(),
});
export type Cursor = z.infer<typeof Cursor>;
