import { z } from 'zod';

export const PhotonRow = z.object({
  /** `CVE-...`, `BDSA-...`, `UNK-...`; a word (`Re`) is none. */
  cve_id: z.string().regex(/^[A-Z]{2,20}-[\w-]+$/),
  pkg: z.string().min(1),
  /** A CVSS base score, as a number or as text; empty where nobody scored it. */
  cve_score: z.union([z.number(), z.string()]).nullish(),
  aff_ver: z.string(),
  /** `NA`, or empty, while there is no fix. */
  res_ver: z.string(),
  status: z.string().optional(),
});
export type PhotonRow = z.infer<typeof PhotonRow>;
