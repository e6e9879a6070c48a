import { Descriptor, Digest } from '@tidewaiter/contracts';
import { z } from 'zod';

/** OCI distribution-spec, "Error Codes". */
export const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().nullish() })),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** `null` is how the CNCF registry says "none". */
export const TagPage = z.object({ tags: z.array(z.string()).nullish() });
export type TagPage = z.infer<typeof TagPage>;

export const CatalogPage = z.object({ repositories: z.array(z.string()).nullish() });
export type CatalogPage = z.infer<typeof CatalogPage>;

/** OCI image-spec, "Descriptor", as far as it concerns what refers to an image. */
export const Referrer = z.object({
  digest: Digest,
  artifactType: z.string().max(255).nullish(),
});
export type Referrer = z.infer<typeof Referrer>;

/** OCI distribution-spec, "Listing Referrers"; an index under the tag of the same meaning looks alike. */
export const ReferrersPage = z.object({ manifests: z.array(Referrer).nullish() });
export type ReferrersPage = z.infer<typeof ReferrersPage>;

/** What refers to an image, as a manifest: what it is, and its documents. */
export const ArtifactManifest = z.object({
  artifactType: z.string().max(255).nullish(),
  config: z.object({ mediaType: z.string().max(255) }).nullish(),
  layers: z.array(Descriptor).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
export type ArtifactManifest = z.infer<typeof ArtifactManifest>;

/** https://distribution.github.io/distribution/spec/auth/token/ and, for refresh_token, oauth/ */
export const TokenReply = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in: z.number().positive().optional(),
});
export type TokenReply = z.infer<typeof TokenReply>;

/** The two claims of a JSON Web Token (RFC 7519) that say how long it lives. */
export const TokenLifetime = z.object({ exp: z.number(), iat: z.number().optional() });
export type TokenLifetime = z.infer<typeof TokenLifetime>;

/** What is no time is as good as none. */
const PushTime = z.iso.datetime({ offset: true }).optional().catch(undefined);

/** ACR's own listings: azure-rest-api-specs, containerregistry data plane 2021-07-01. Times stay text: they have seven digits. */
export const AcrRepository = z.object({
  lastUpdateTime: z.string(),
  manifestCount: z.number(),
  tagCount: z.number(),
});
export type AcrRepository = z.infer<typeof AcrRepository>;

export const AcrTag = z.object({ name: z.string(), digest: Digest, lastUpdateTime: PushTime });
export type AcrTag = z.infer<typeof AcrTag>;

export const AcrTagPage = z.object({ tags: z.array(AcrTag).nullish() });
export type AcrTagPage = z.infer<typeof AcrTagPage>;

/** `tags` is absent for an untagged manifest; architecture and os for what is not an image. */
export const AcrManifest = z.object({
  digest: Digest,
  mediaType: z.string().nullish(),
  configMediaType: z.string().nullish(),
  artifactType: z.string().nullish(),
  architecture: z.string().nullish(),
  os: z.string().nullish(),
  lastUpdateTime: PushTime,
});
export type AcrManifest = z.infer<typeof AcrManifest>;

export const AcrManifestPage = z.object({ manifests: z.array(AcrManifest).nullish() });
export type AcrManifestPage = z.infer<typeof AcrManifestPage>;

/** What a manifest or an index names, as far as somebody who only wants one blob cares. */
export const ManifestParts = z.object({
  config: Descriptor.optional(),
  manifests: z.array(z.object({ digest: Digest })).optional(),
});
export type ManifestParts = z.infer<typeof ManifestParts>;
