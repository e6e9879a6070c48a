import { z } from 'zod';

/** What the image says it is: os-release(5), with a name for "says nothing". */
export const Release = z.object({
  /** `ID`, for example `debian`, `alpine`. */
  id: z.string(),
  versionId: z.string().optional(),
  versionCodename: z.string().optional(),
  prettyName: z.string().optional(),
  idLike: z.array(z.string()).optional(),
});
export type Release = z.infer<typeof Release>;
