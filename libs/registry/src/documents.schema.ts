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
