import { z } from 'zod';

/** What the image says it is: os-release(5), with a name for "says nothing". */
export const Release = z.object({
  /** `ID`, for example `debian`, `alpine`. */
  id: z.string(),
  versionId: z.string().optional(),
  versionCodename: z.string().optional(),
  prettyName: z.string().optional(),
  idLike: z.array(z.string()).optional(),
  /** `UBUNTU_CODENAME` or `DEBIAN_CODENAME`: the release that a derivative is built on. */
  baseCodename: z.string().optional(),
  /** What the image gets fixes by beyond the usual: services of Ubuntu Pro (`esm-infra`), Red Hat's extended lines (`eus`). */
  support: z.array(z.string()).optional(),
});
export type Release = z.infer<typeof Release>;
