import { z } from 'zod';

const Rate = z.number().min(0).max(1).exactOptional();

/** How often things go wrong: shares of all answers, 0 to 1. The same seed gives the same sequence. */
export const DisturbanceRates = z
  .object({
    seed: z.int().nonnegative().exactOptional(),
    /** 503 instead of the answer. */
    unavailable: Rate,
    /** The connection is reset before the answer. */
    reset: Rate,
    /** Content ends in its middle, with a connection that breaks. */
    truncated: Rate,
    /** One byte of the content is another. */
    corrupted: Rate,
    /** Content comes in pieces, with `slowMs` (100) between them. */
    slow: Rate,
    slowMs: z.int().nonnegative().max(60_000).exactOptional(),
  })
  .strict();
export type DisturbanceRates = z.infer<typeof DisturbanceRates>;
