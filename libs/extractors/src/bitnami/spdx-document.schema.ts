import { z } from 'zod';

/** What we read of SPDX 2: https://spdx.github.io/spdx-spec/v2.3/package-information/ */
export const SpdxDocument = z.object({
  spdxVersion: z.string().regex(/^SPDX-2\.\d+$/),
  packages: z.array(z.unknown()).max(100_000),
});

const license = z.string().min(1).max(1024).optional().catch(undefined);

export const SpdxPackage = z.object({
  licenseConcluded: license,
  licenseDeclared: license,
  externalRefs: z.array(z.object({ referenceType: z.string(), referenceLocator: z.string() })).nullish(),
});
export type SpdxPackage = z.infer<typeof SpdxPackage>;
