import { z } from 'zod';

const Dependencies = z.record(z.string(), z.object({ type: z.string(), resolved: z.string().optional() }));

/**
 * By target, then by name. Version 3, where two targets have one framework, has the targets beside the version.
 * https://github.com/NuGet/Home/wiki/Enable-repeatable-package-restore-using-lock-file, https://github.com/NuGet/Home/pull/14760
 */
export const PackagesLock = z.union([
  z
    .object({ version: z.number(), dependencies: z.record(z.string(), Dependencies) })
    .transform(({ version, dependencies }) => ({ version, targets: Object.values(dependencies) })),
  z
    .object({ version: z.number().min(3) })
    .catchall(z.object({ dependencies: Dependencies }))
    .transform(({ version, ...targets }) => ({
      version,
      targets: Object.values(targets).map(({ dependencies }) => dependencies),
    })),
]);
export type PackagesLock = z.infer<typeof PackagesLock>;

/** What a restore leaves in `obj`, its libraries by `name/version`. */
export const ProjectAssets = z.object({
  version: z.number(),
  libraries: z.record(z.string(), z.object({ type: z.string() })),
});
export type ProjectAssets = z.infer<typeof ProjectAssets>;
