import { z } from 'zod';
import { members } from '../members';

const text = z.string().optional().catch(undefined);

const Annotations = z
  .array(z.object({ comment: z.string() }))
  .catch([])
  .default([]);

/** What we read of a package: https://spdx.github.io/spdx-spec/v2.3/package-information/ */
export const SpdxPackage = z.object({
  SPDXID: text,
  name: z.string(),
  versionInfo: text,
  sourceInfo: text,
  summary: text,
  licenseDeclared: text,
  primaryPackagePurpose: text,
  externalRefs: z
    .array(z.object({ referenceType: z.string(), referenceLocator: z.string() }))
    .catch([])
    .default([]),
  annotations: Annotations,
});
export type SpdxPackage = z.infer<typeof SpdxPackage>;

export const SpdxDocument = z.object({
  spdxVersion: z.string().regex(/^SPDX-2\.\d+$/),
  annotations: Annotations,
  documentDescribes: z.array(z.string()).catch([]).default([]),
  packages: members,
  relationships: z
    .array(
      z.object({
        spdxElementId: z.string(),
        relationshipType: z.string(),
        relatedSpdxElement: z.string(),
        comment: text,
      }),
    )
    .catch([])
    .default([]),
  hasExtractedLicensingInfos: z
    .array(z.object({ licenseId: z.string(), extractedText: z.string() }))
    .catch([])
    .default([]),
});
export type SpdxDocument = z.infer<typeof SpdxDocument>;
