import { constants, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { AlgorithmHeader, RegisteredClaims } from './json-web-token.schema';

/** `header.payload.signature` with RS256 (RFC 7518 section 3.3). */
export function signToken(key: string | KeyObject, header: object, claims: object): string {
  const signed = `${encode({ alg: 'RS256', typ: 'JWT', ...header })}.${encode(claims)}`;
  const privateKey = typeof key === 'string' ? createPrivateKey(key) : key;
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
}

/** The claims of a token that this key signed and that is valid now; undefined for every other. */
export function verifiedClaims(token: string, key: string | KeyObject): RegisteredClaims | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0) return undefined;
  const algorithm = AlgorithmHeader.safeParse(decode(header));
  const claims = RegisteredClaims.safeParse(decode(payload));
  if (!algorithm.success || !claims.success) return undefined;
  const padding = paddings.get(algorithm.data.alg);
  if (padding === undefined) return undefined;
  const publicKey = typeof key === 'string' ? createPublicKey(key) : key;
  const bytes = Buffer.from(`${header}.${payload}`);
  if (!verify('sha256', bytes, { key: publicKey, ...padding }, Buffer.from(signature, 'base64url'))) return undefined;
  const now = Date.now() / 1000;
  const { exp, nbf } = claims.data;
  return exp > now && (nbf ?? 0) <= now + 300 ? claims.data : undefined;
}

const paddings = new Map([
  ['RS256', { padding: constants.RSA_PKCS1_PADDING }],
  ['PS256', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }],
]);

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    // Not a token then, which the schemas say.
    return undefined;
  }
}
