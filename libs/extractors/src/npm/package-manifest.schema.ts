import { z } from 'zod';

/** The identity in an installed package.json: https://docs.npmjs.com/cli/configuring-npm/package-json */
export const PackageManifest = z.object({
  name: z.string().min(1).max(1024),
  version: z.string().min(1).max(1024),
});
export type PackageManifest = z.infer<typeof PackageManifest>;
