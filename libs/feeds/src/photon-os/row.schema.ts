import { z } from 'zod';

export const PhotonRow = z.object({
  cve_id: z.string().min(1),
  pkg: z.string().min(1),
  /** A CVSS base score, as a number or as text; empty where nobody scored it. */
  cve_score: z.union([z.number(), z.string()]).nullish(),
  aff_ver: z.string(),
  /** `NA` while there is no fix. */
  res_ver: z.string().min(1),
  status: z.string().optional(),
});
export type PhotonRow = z.infer<typeof PhotonRow>;
