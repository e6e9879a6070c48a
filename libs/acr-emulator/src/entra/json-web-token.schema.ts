import { z } from 'zod';

export const AlgorithmHeader = z.object({ alg: z.string() });
export type AlgorithmHeader = z.infer<typeof AlgorithmHeader>;

/** The claims of RFC 7519 that decide whom a token speaks for. */
export const RegisteredClaims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  exp: z.number(),
  nbf: z.number().optional(),
});
export type RegisteredClaims = z.infer<typeof RegisteredClaims>;
