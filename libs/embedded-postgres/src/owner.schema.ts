import { z } from 'zod';

/** Who holds a data directory. Kept as `owner.json` in it for as long as the process runs. */
export const Owner = z.object({
  pid: z.int().positive(),
  /** Tells the process from a later one with the same id. */
  startToken: z.string(),
  host: z.string(),
  since: z.string(),
  /** Where the holder answers, once it does. */
  url: z.string().optional(),
});
export type Owner = z.infer<typeof Owner>;
