import { z } from 'zod';

/** What conda keeps of an installed package: https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html */
export const CondaRecord = z.object({
  name: z.string().min(1).max(1024),
  version: z.string().min(1).max(1024),
  build: z.string().optional().catch(undefined),
  /** A name, or an address whose last part is one. */
  channel: z.string().optional().catch(undefined),
  subdir: z.string().optional().catch(undefined),
  license: z.string().optional().catch(undefined),
  /** From the root of the environment. */
  files: z.array(z.string()).catch([]),
});
export type CondaRecord = z.infer<typeof CondaRecord>;
