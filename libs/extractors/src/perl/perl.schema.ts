import { z } from 'zod';

/** What cpanm leaves of each distribution it installs. */
export const InstallJson = z.object({
  /** `Try-Tiny-0.31` */
  dist: z.string(),
  /** Of the module. */
  version: z.union([z.string(), z.number()]).transform(String),
  /** Where CPAN has it, below the author's directory: `E/ET/ETHER/Try-Tiny-0.31.tar.gz`. */
  pathname: z.string().optional().catch(undefined),
});
export type InstallJson = z.infer<typeof InstallJson>;
