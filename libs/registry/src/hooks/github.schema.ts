import { z } from 'zod';
import { optionalText } from './event-content';

const ContainerTag = z.object({ name: optionalText, digest: optionalText });

const GithubPackage = z.object({
  name: z.string(),
  namespace: optionalText,
  /** Left out by some, who have `ecosystem`. */
  package_type: optionalText,
  ecosystem: optionalText,
  owner: z.object({ login: z.string() }).optional().catch(undefined),
  package_version: z
    .object({
      /** The digest, of a container. */
      version: optionalText,
      /** Often the year 1. That of the package may be of the push before. */
      updated_at: optionalText,
      /** `ghcr.io/team/api:1.4.2`; without a tag there may be the colon all the same. */
      package_url: optionalText,
      container_metadata: z
        .object({ tag: ContainerTag.nullish().catch(undefined) })
        .nullish()
        .catch(undefined),
    })
    .nullish(),
});
export type GithubPackage = z.infer<typeof GithubPackage>;

/** The events `package` and `registry_package` say the same under two names. */
export const GithubPackageEvent = z.object({
  action: z.string(),
  package: GithubPackage.optional(),
  registry_package: GithubPackage.optional(),
});
