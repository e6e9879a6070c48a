import { createHash, randomBytes } from 'node:crypto';

/** `twk_` and 32 random bytes, base64url (RFC 4648 section 5, no padding). */
const secretKeyPattern = /^twk_[A-Za-z0-9_-]{43}$/;

/** Enough to tell keys apart by, far too little to guess the rest. */
const prefixLength = 10;

export function newSecretKey(): string {
  return `twk_${randomBytes(32).toString('base64url')}`;
}

export function isSecretKey(text: string): boolean {
  return secretKeyPattern.test(text);
}

/** What is kept of a key. It has 256 random bits, so a slow hash adds nothing. */
export function hashOf(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}

export function prefixOf(secret: string): string {
  return secret.slice(0, prefixLength);
}
