import { z } from 'zod';

/** An SPDX expression; in old packages an object. */
const License = z.union([z.string().min(1), z.object({ type: z.string().min(1) }).transform(({ type }) => type)]);

/** Identity and licence in an installed package.json: https://docs.npmjs.com/cli/configuring-npm/package-json */
export const PackageManifest = z.object({
  name: z.string().min(1).max(1024),
  version: z.string().min(1).max(1024),
  license: License.optional().catch(undefined),
  licenses: z
    .union([z.array(License), License])
    .optional()
    .catch(undefined),
});
export type PackageManifest = z.infer<typeof PackageManifest>;
