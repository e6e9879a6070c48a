import { z } from 'zod';

/** What cpanm leaves of each distribution it installs. */
export const InstallJson = z.object({
  /** `Try-Tiny-0.31` */
  dist: z.string(),
  /** Of the module. */
  version: z.union([z.string(), z.number()]).transform(String),
});
export type InstallJson = z.infer<typeof InstallJson>;
