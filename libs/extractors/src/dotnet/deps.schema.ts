import { z } from 'zod';

const Assets = z.record(z.string(), z.unknown());

/** What of a package is there at run time: files by path, satellite assemblies under `resources`. */
const TargetLibrary = z.object({
  runtime: Assets.optional(),
  runtimeTargets: Assets.optional(),
  native: Assets.optional(),
  resources: Assets.optional(),
});

/** https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md */
export const DepsFile = z.object({
  runtimeTarget: z.object({ name: z.string() }),
  /** By the name of a target, then by `name/version`. */
  targets: z.record(z.string(), z.record(z.string(), TargetLibrary)),
  /** By `name/version`. */
  libraries: z.record(z.string(), z.object({ type: z.string() })),
});
export type DepsFile = z.infer<typeof DepsFile>;
