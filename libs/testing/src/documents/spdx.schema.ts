import { z } from 'zod';

/** Clause 6.9: UTC, whole seconds. */
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const elementId = z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/);
const creator = z.string().regex(/^(?:Tool|Person|Organization): .+/);

const Annotation = z.strictObject({
  annotationDate: time,
  annotationType: z.enum(['OTHER', 'REVIEW']),
  annotator: creator,
  comment: z.string(),
});

/** Annex F names the types of each category. */
const ExternalRef = z.discriminatedUnion('referenceCategory', [
  z.strictObject({
    referenceCategory: z.literal('PACKAGE-MANAGER'),
    referenceType: z.literal('purl'),
    referenceLocator: z.string().regex(/^pkg:\S+$/),
    comment: z.string().optional(),
  }),
  z.strictObject({
    referenceCategory: z.literal('SECURITY'),
    referenceType: z.enum(['cpe23Type', 'advisory', 'fix', 'url']),
    referenceLocator: z.string().regex(/^\S+$/),
    comment: z.string().optional(),
  }),
]);

const Package = z.strictObject({
  SPDXID: elementId,
  name: z.string().min(1),
  versionInfo: z.string().optional(),
  downloadLocation: z.literal('NOASSERTION'),
  filesAnalyzed: z.literal(false),
  licenseConcluded: z.string().min(1),
  licenseDeclared: z.string().min(1),
  copyrightText: z.string(),
  sourceInfo: z.string().optional(),
  summary: z.string().optional(),
  primaryPackagePurpose: z.enum(['OPERATING_SYSTEM', 'CONTAINER', 'LIBRARY', 'FILE']).optional(),
  checksums: z
    .array(
      z.strictObject({
        algorithm: z.enum(['SHA256', 'SHA384', 'SHA512']),
        checksumValue: z.string().regex(/^[0-9a-f]+$/),
      }),
    )
    .optional(),
  externalRefs: z.array(ExternalRef).optional(),
  annotations: z.array(Annotation).optional(),
});

/**
 * What https://spdx.github.io/spdx-spec/v2.3/ (and its JSON schema, which no package carries) says of the fields that we write;
 * another field is refused.
 */
export const SpdxDocument = z.strictObject({
  spdxVersion: z.literal('SPDX-2.3'),
  dataLicense: z.literal('CC0-1.0'),
  SPDXID: z.literal('SPDXRef-DOCUMENT'),
  name: z.string().min(1),
  /** Clause 6.5: a URI without a fragment. */
  documentNamespace: z.string().regex(/^https:\/\/[^\s#]+$/),
  comment: z.string().optional(),
  creationInfo: z.strictObject({ created: time, creators: z.array(creator).min(1) }),
  annotations: z.array(Annotation),
  packages: z.array(Package),
  hasExtractedLicensingInfos: z.array(
    z.strictObject({
      licenseId: z.string().regex(/^LicenseRef-[A-Za-z0-9.-]+$/),
      extractedText: z.string().min(1),
      name: z.string().optional(),
      comment: z.string().optional(),
    }),
  ),
  relationships: z.array(
    z.strictObject({
      spdxElementId: elementId,
      relationshipType: z.enum(['DESCRIBES', 'CONTAINS']),
      relatedSpdxElement: elementId,
    }),
  ),
});
