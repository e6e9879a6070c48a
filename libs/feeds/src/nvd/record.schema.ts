import { z } from 'zod';

const Count = z.number().int().nonnegative().optional().catch(undefined);

/** What is said of a list, and that it is one; its records are read one by one. */
export const NvdPage = z.object({ startIndex: Count, totalResults: Count, vulnerabilities: z.array(z.unknown()) });
export type NvdPage = z.infer<typeof NvdPage>;

const Metric = z.object({
  source: z.string().max(200),
  cvssData: z.object({ vectorString: z.string().max(512) }),
});

/** A metric that cannot be used takes nothing from the others. */
const Metrics = z
  .array(Metric.nullable().catch(null))
  .max(100)
  .catch([])
  .transform((list) => list.filter((metric) => metric !== null));

/** https://csrc.nist.gov/schema/nvd/api/2.0/cve_api_json_2.0.schema */
export const NvdEntry = z.object({
  cve: z.object({
    id: z.string().regex(/^CVE-\d{4}-\d{4,19}$/),
    published: z.string().max(64),
    lastModified: z.string().max(64),
    vulnStatus: z.string().max(64).catch(''),
    descriptions: z.array(z.object({ lang: z.string(), value: z.string() })).catch([]),
    metrics: z
      .object({
        cvssMetricV40: Metrics.optional(),
        cvssMetricV31: Metrics.optional(),
        cvssMetricV30: Metrics.optional(),
        cvssMetricV2: Metrics.optional(),
      })
      .catch({}),
  }),
});
export type NvdEntry = z.infer<typeof NvdEntry>;
