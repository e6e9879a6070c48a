import { TokenLifetime } from '../documents.schema';

/** The token spec's answer for a token that does not say. */
const unstatedSeconds = 60;
const renewEarlySeconds = 300;

/**
 * How long from now a token may be used. A JSON Web Token says when it was issued and when it ends; the difference does not
 * depend on our clock. It is renewed five minutes early, or after nine tenths of a short life.
 */
export function usableSeconds(token: string, statedSeconds: number | undefined): number {
  const lifetime = readLifetime(token) ?? statedSeconds ?? unstatedSeconds;
  return Math.max(0, lifetime - Math.min(renewEarlySeconds, lifetime / 10));
}

function readLifetime(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims = TokenLifetime.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    if (!claims.success) return undefined;
    return claims.data.exp - (claims.data.iat ?? Date.now() / 1000);
  } catch {
    // Tokens are opaque; one that is not a JSON Web Token simply has no lifetime to read.
    return undefined;
  }
}
