import { z } from 'zod';

/** One "AVG": vulnerabilities of one version of some packages. */
export const ArchGroup = z.object({
  name: z.string().regex(/^AVG-\d+$/),
  packages: z.array(z.string().min(1)).min(1),
  /** Vulnerable | Testing | Fixed | Not affected | Unknown */
  status: z.string(),
  severity: z.string(),
  affected: z.string(),
  fixed: z.string().nullable(),
  issues: z.array(z.string()),
});
export type ArchGroup = z.infer<typeof ArchGroup>;
