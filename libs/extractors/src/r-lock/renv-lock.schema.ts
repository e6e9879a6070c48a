import { z } from 'zod';

/** https://rstudio.github.io/renv/reference/lockfiles.html */
export const RenvLock = z.object({
  R: z.object({ Version: z.string() }),
  Packages: z.record(z.string(), z.object({ Package: z.string(), Version: z.string() })),
});
