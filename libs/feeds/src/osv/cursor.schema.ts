import { z } from 'zod';

/** Where a source stands in its list of changes. Times are of that list; our clock only tells which of them cannot be. */
export const Cursor = z.object({
  /** Newest change when everything was read the last time. */
  fullAt: z.string(),
  /** Newest change that was read. */
  seenUntil: z.string(),
  /** Records that a list named and that could not be used: they are asked for until they can. */
  missed: z.array(z.object({ id: z.string(), time: z.string() })).optional(),
});
export type Cursor = z.infer<typeof Cursor>;
