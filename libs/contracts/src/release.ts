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

/** How long a release of a distribution is looked after. Days are `YYYY-MM-DD`, the first without. */
export const ReleaseSupport = z.object({
  isOver: z.boolean(),
  endsOn: z.string().optional(),
  /** Of paid support, or of support by the community. */
  extendedEndsOn: z.string().optional(),
});
export type ReleaseSupport = z.infer<typeof ReleaseSupport>;

/** What is told of an image's release. */
export const ShownRelease = Release.pick({ id: true, versionId: true, prettyName: true }).extend({
  /** Absent where nobody has said. */
  support: ReleaseSupport.optional(),
});
export type ShownRelease = z.infer<typeof ShownRelease>;
