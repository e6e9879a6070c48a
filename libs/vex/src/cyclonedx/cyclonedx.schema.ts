import { z } from 'zod';
import { Id, Time, Words } from '../texts.schema';

export interface CdxComponent {
  readonly 'bom-ref'?: string | undefined;
  readonly purl?: string | undefined;
  readonly name?: string | undefined;
  readonly components?: readonly CdxComponent[] | undefined;
}

const Component: z.ZodType<CdxComponent> = z.object({
  'bom-ref': Id.optional(),
  purl: Id.optional(),
  name: Words.optional().catch(undefined),
  get components() {
    return z.array(Component).max(500_000).optional();
  },
});

const AffectedVersion = z.object({
  version: Id.optional(),
  /** What is said of a version, or of a range of them. */
  status: z.string().max(50).default('affected'),
});
export type CdxAffectedVersion = z.infer<typeof AffectedVersion>;

const Vulnerability = z.object({
  id: Id.optional(),
  references: z
    .array(z.object({ id: Id }))
    .max(1_000)
    .default([])
    .catch([]),
  updated: Time.optional().catch(undefined),
  published: Time.optional().catch(undefined),
  analysis: z
    .object({
      state: z.string().max(50).optional(),
      justification: Words.optional(),
      detail: Words.optional(),
      firstIssued: Time.optional().catch(undefined),
      lastUpdated: Time.optional().catch(undefined),
    })
    .optional(),
  affects: z
    .array(z.object({ ref: Id, versions: z.array(AffectedVersion).max(10_000).default([]) }))
    .max(100_000)
    .default([]),
});
export type CdxVulnerability = z.infer<typeof Vulnerability>;

/** https://cyclonedx.org/docs/1.6/json/ */
export const CdxDocument = z.object({
  bomFormat: z.literal('CycloneDX'),
  serialNumber: Id.optional(),
  metadata: z
    .object({
      timestamp: Time.optional().catch(undefined),
      component: Component.optional(),
      supplier: z.object({ name: Words }).optional().catch(undefined),
      manufacturer: z.object({ name: Words }).optional().catch(undefined),
      authors: z
        .array(z.object({ name: Words }))
        .optional()
        .catch(undefined),
    })
    .default({}),
  components: z.array(Component).max(500_000).default([]),
  vulnerabilities: z.array(Vulnerability).max(200_000).default([]),
});
export type CdxDocument = z.infer<typeof CdxDocument>;
