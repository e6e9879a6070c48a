import { z } from 'zod';

/** `vex-repository.json`. https://github.com/aquasecurity/vex-repo-spec */
export const VexRepository = z.object({
  versions: z.array(
    z.object({
      spec_version: z.string().max(100),
      locations: z.array(z.object({ url: z.string().max(2_000) })).min(1),
    }),
  ),
});
