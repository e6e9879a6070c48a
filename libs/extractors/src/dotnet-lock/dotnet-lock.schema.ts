import { z } from 'zod';

/** By target framework, then by name. https://github.com/NuGet/Home/wiki/Enable-repeatable-package-restore-using-lock-file */
export const PackagesLock = z.object({
  version: z.number(),
  dependencies: z.record(
    z.string(),
    z.record(z.string(), z.object({ type: z.string(), resolved: z.string().optional() })),
  ),
});
export type PackagesLock = z.infer<typeof PackagesLock>;

/** What a restore leaves in `obj`, its libraries by `name/version`. */
export const ProjectAssets = z.object({
  version: z.number(),
  libraries: z.record(z.string(), z.object({ type: z.string() })),
});
export type ProjectAssets = z.infer<typeof ProjectAssets>;
