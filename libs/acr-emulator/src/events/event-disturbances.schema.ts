import { z } from 'zod';

const Rate = z.number().min(0).max(1).exactOptional();

/** What happens to events on their way: shares of all that are sent, 0 to 1. The same seed gives the same sequence. */
export const EventDisturbanceRates = z
  .object({
    seed: z.int().nonnegative().exactOptional(),
    /** It is never sent. */
    lost: Rate,
    /** It is sent twice. */
    doubled: Rate,
    /** It is sent after the next one to the same place. */
    reordered: Rate,
    /** It is sent late, by up to `delayMs` (1000). */
    delayed: Rate,
    delayMs: z.int().nonnegative().max(600_000).exactOptional(),
  })
  .strict();
export type EventDisturbanceRates = z.infer<typeof EventDisturbanceRates>;
