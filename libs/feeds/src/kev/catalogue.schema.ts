import { z } from 'zod';

export const KevCatalogue = z.object({
  count: z.int().nonnegative().optional(),
  vulnerabilities: z.array(z.unknown()),
});

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json */
export const KevEntry = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/),
  vulnerabilityName: z.string().max(500).catch(''),
  dateAdded: Day,
  dueDate: Day.optional().catch(undefined),
  /** `Known` or `Unknown`; any other word is no knowledge either. */
  knownRansomwareCampaignUse: z.string().optional().catch(undefined),
});
