import { z } from 'zod';
import { optionalText } from './event-content';

const ContainerTag = z.object({ name: optionalText, digest: optionalText });

const GithubPackage = z.object({
  name: z.string(),
  namespace: optionalText,
  package_type: z.string(),
  updated_at: optionalText,
  owner: z.object({ login: z.string() }).optional().catch(undefined),
  package_version: z
    .object({
      /** The digest, of a container. */
      version: optionalText,
      updated_at: optionalText,
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
