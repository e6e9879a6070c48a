import { z } from 'zod';

/**
 * Something that could not be read, parsed or decided. Problems are results: they travel with the inventory to where the
 * user looks, and an image that has one is not "complete".
 */
export const Problem = z.object({
  /** Stable kebab-case name, for example `layer-digest-mismatch`. */
  code: z.string(),
  /** What, where and what to do, in one sentence. */
  message: z.string(),
  /** Digest or diffID of the layer concerned. */
  layer: z.string().optional(),
  /** Path inside the image, without a leading slash. */
  path: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;
