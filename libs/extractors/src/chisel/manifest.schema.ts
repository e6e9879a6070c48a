import { z } from 'zod';

/** A line of a chisel manifest. Which kinds there are and what they mean: README.md beside this file. */
export const ManifestEntry = z.union([
  z.object({ jsonwall: z.string(), count: z.number() }),
  z.object({
    kind: z.literal('package'),
    name: z.string().min(1).max(512),
    version: z.string().min(1).max(512),
    arch: z.string(),
  }),
  z.object({ kind: z.literal('path'), path: z.string(), slices: z.array(z.string()).max(1000) }),
  z.object({ kind: z.enum(['slice', 'content']) }),
]);
export type ManifestEntry = z.infer<typeof ManifestEntry>;
