import { z } from 'zod';

/** What ACR signs its tokens as. */
export const issuer = 'Azure Container Registry';

/** The claims that decide what a token is worth. */
export const Claims = z.object({
  sub: z.string(),
  aud: z.string(),
  iss: z.literal(issuer),
  exp: z.number(),
  nbf: z.number(),
  grant_type: z.enum(['access_token', 'refresh_token']),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })).optional(),
});
export type Claims = z.infer<typeof Claims>;
