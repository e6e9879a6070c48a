import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { Claims, issuer } from './claims.schema';
import type { Grant } from './grants';

export interface TokenClaims {
  readonly subject: string;
  readonly access: readonly Grant[];
}

export interface TokenIssuer {
  access(subject: string, access: readonly Grant[]): string;
  refresh(subject: string): string;
  /** Undefined when the token is forged, of the other kind, for another registry or not valid now. */
  verify(token: string, kind: 'access_token' | 'refresh_token'): TokenClaims | undefined;
}

export interface TokenIssuerOptions {
  readonly key: Uint8Array;
  readonly service: string;
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
}

/** JSON Web Tokens (RFC 7519) signed with HS256: the emulator alone reads them, so no key has to be published. */
export function createTokenIssuer(options: TokenIssuerOptions): TokenIssuer {
  const { key, service } = options;

  function sign(lifetimeSeconds: number, claims: Readonly<Record<string, unknown>>): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      jti: randomUUID(),
      nbf: now - 60,
      exp: now + lifetimeSeconds,
      iat: now,
      iss: issuer,
      aud: service,
      version: '1.0',
      roles: [],
      ...claims,
    };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
    return `${signed}.${signature(key, signed).toString('base64url')}`;
  }

  return {
    access: (subject, access) => sign(options.accessSeconds, { sub: subject, grant_type: 'access_token', access }),
    refresh: (subject) =>
      sign(options.refreshSeconds, {
        sub: subject,
        grant_type: 'refresh_token',
        permissions: { actions: ['read', 'write'], notActions: [] },
      }),
    verify(token, kind) {
      const claims = Claims.safeParse(readSigned(key, token));
      if (!claims.success) return undefined;
      const { sub, aud, exp, nbf, grant_type, access } = claims.data;
      const now = Date.now() / 1000;
      if (aud !== service || grant_type !== kind || exp <= now || nbf > now) return undefined;
      return { subject: sub, access: access ?? [] };
    },
  };
}

function readSigned(key: Uint8Array, token: string): unknown {
  const parts = token.split('.');
  const [header, payload, given] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || given === undefined) return undefined;
  const expected = signature(key, `${header}.${payload}`);
  const actual = Buffer.from(given, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

function signature(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
