import { z } from 'zod';

/** https://docs.conan.io/2/tutorial/versioning/lockfiles.html and, with `graph_lock`, Conan 1 */
export const ConanLock = z.union([
  z.object({
    version: z.string().optional(),
    graph_lock: z.object({
      /** `path` leads to a recipe beside the lock: the project itself, or a package that is edited. */
      nodes: z.record(z.string(), z.object({ ref: z.string().nullish(), path: z.string().nullish() })),
    }),
  }),
  z.object({
    version: z.string(),
    requires: z.array(z.string()).optional(),
    build_requires: z.array(z.string()).optional(),
    python_requires: z.array(z.string()).optional(),
  }),
]);
export type ConanLock = z.infer<typeof ConanLock>;
