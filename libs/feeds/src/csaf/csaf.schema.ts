/** The part of CSAF 2.0 that feeds read. https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html */
import { z } from 'zod';

const Product = z.object({
  product_id: z.string(),
  name: z.string().optional(),
  product_identification_helper: z.object({ cpe: z.string().optional(), purl: z.string().optional() }).optional(),
});

const BranchFields = z.object({ category: z.string(), name: z.string(), product: Product.optional() });
export type CsafBranch = z.infer<typeof BranchFields> & { readonly branches?: readonly CsafBranch[] | undefined };
const CsafBranch: z.ZodType<CsafBranch> = BranchFields.extend({
  get branches() {
    return z.array(CsafBranch).optional();
  },
});

const ProductIds = z.array(z.string()).optional();

const Vulnerability = z.object({
  cve: z.string().optional(),
  title: z.string().optional(),
  notes: z.array(z.object({ category: z.string(), text: z.string(), title: z.string().optional() })).optional(),
  product_status: z
    .object({
      fixed: ProductIds,
      first_fixed: ProductIds,
      recommended: ProductIds,
      known_affected: ProductIds,
      known_not_affected: ProductIds,
      under_investigation: ProductIds,
    })
    .optional(),
  remediations: z
    .array(
      z.object({
        category: z.string(),
        details: z.string().optional(),
        url: z.string().optional(),
        product_ids: ProductIds,
      }),
    )
    .optional(),
  threats: z.array(z.object({ category: z.string(), details: z.string(), product_ids: ProductIds })).optional(),
  scores: z
    .array(
      z.object({
        products: z.array(z.string()),
        cvss_v2: z.object({ vectorString: z.string() }).optional(),
        cvss_v3: z.object({ vectorString: z.string() }).optional(),
      }),
    )
    .optional(),
});
export type CsafVulnerability = z.infer<typeof Vulnerability>;

export const CsafDocument = z.object({
  document: z.object({
    title: z.string().optional(),
    notes: z.array(z.object({ category: z.string(), text: z.string() })).optional(),
    tracking: z.object({
      id: z.string(),
      current_release_date: z.string(),
      initial_release_date: z.string().optional(),
    }),
  }),
  product_tree: z
    .object({
      branches: z.array(CsafBranch).optional(),
      relationships: z
        .array(
          z.object({
            product_reference: z.string(),
            relates_to_product_reference: z.string(),
            full_product_name: z.object({ product_id: z.string() }),
          }),
        )
        .optional(),
    })
    .optional(),
  vulnerabilities: z.array(Vulnerability).optional(),
});
export type CsafDocument = z.infer<typeof CsafDocument>;
