import { z } from 'zod';
import { Id, Time, Words } from '../texts.schema';

const Ids = z.array(Id).max(200_000);

const ProductName = z.object({
  product_id: Id,
  product_identification_helper: z
    .object({ purl: Id.optional(), purls: z.array(Id).optional() })
    .optional()
    .catch(undefined),
});

export interface Branch {
  readonly product?: z.infer<typeof ProductName> | undefined;
  readonly branches?: readonly Branch[] | undefined;
}

const Branch: z.ZodType<Branch> = z.object({
  product: ProductName.optional(),
  get branches() {
    return z.array(Branch).max(200_000).optional();
  },
});

const Scoped = { product_ids: Ids.default([]), group_ids: Ids.default([]) } as const;

const Vulnerability = z.object({
  cve: Id.optional(),
  ids: z
    .array(z.object({ text: Id }))
    .max(1_000)
    .default([]),
  product_status: z
    .object({
      fixed: Ids.optional(),
      first_fixed: Ids.optional(),
      known_affected: Ids.optional(),
      first_affected: Ids.optional(),
      last_affected: Ids.optional(),
      known_not_affected: Ids.optional(),
      under_investigation: Ids.optional(),
    })
    .default({}),
  flags: z
    .array(z.object({ label: Words, ...Scoped }))
    .max(100_000)
    .default([]),
  threats: z
    .array(z.object({ category: z.string(), details: Words, ...Scoped }))
    .max(100_000)
    .default([]),
});
export type CsafVulnerability = z.infer<typeof Vulnerability>;

/** https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html */
export const CsafDocument = z.object({
  document: z.object({
    csaf_version: z.string().startsWith('2.'),
    publisher: z.object({ name: Words }),
    tracking: z.object({ id: Id, current_release_date: Time }),
  }),
  product_tree: z
    .object({
      branches: z.array(Branch).max(10_000).default([]),
      full_product_names: z.array(ProductName).max(200_000).default([]),
      product_groups: z
        .array(z.object({ group_id: Id, product_ids: Ids }))
        .max(100_000)
        .default([]),
      relationships: z
        .array(
          z.object({
            product_reference: Id,
            relates_to_product_reference: Id,
            full_product_name: z.object({ product_id: Id }),
          }),
        )
        .max(500_000)
        .default([]),
    })
    .default({ branches: [], full_product_names: [], product_groups: [], relationships: [] }),
  vulnerabilities: z.array(Vulnerability).max(100_000).default([]),
});
export type CsafDocument = z.infer<typeof CsafDocument>;
