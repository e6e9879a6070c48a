import { z } from 'zod';

const license = z.string().optional().catch(undefined);

/** https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export const InstalledAt = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  license,
});

const Dependency = z.object({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  /** Of the same form, nested; read one level at a time. */
  dependencies: z.unknown().optional(),
});

export const Dependencies = z.record(z.string(), Dependency);

/** Versions 2 and 3 have `packages`, version 1 has `dependencies`, version 2 both. */
export const PackageLock = z.object({
  lockfileVersion: z.number(),
  packages: z.record(z.string(), InstalledAt).optional(),
  dependencies: z.unknown().optional(),
});
export type PackageLock = z.infer<typeof PackageLock>;
