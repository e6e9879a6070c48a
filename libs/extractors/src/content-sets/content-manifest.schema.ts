import { z } from 'zod';

/** What Red Hat's builds leave in an image about the repositories it was built from. Files beside it have other shapes. */
export const ContentManifest = z.object({
  content_sets: z.array(z.string().min(1).max(256)).max(10_000).exactOptional(),
  /** The list is a guess of the build: what dnf recorded is better. */
  from_dnf_hint: z.boolean().exactOptional(),
});
export type ContentManifest = z.infer<typeof ContentManifest>;
