import { z } from 'zod';

export const Repositories = z.object({ repositories: z.array(z.string()).nullable() });

export const Manifests = z.object({
  manifests: z.array(z.object({ digest: z.string(), tags: z.array(z.string()).optional() })),
});
