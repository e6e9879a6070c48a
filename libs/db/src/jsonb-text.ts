import type { Prisma } from './generated/client';

/**
 * Text that Postgres takes. It stores neither NUL nor half of a surrogate pair, and names found in images and advisories
 * may hold both; they become U+FFFD, because a hostile name must not undo the transaction that records it.
 */
export function postgresText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** JSON that a jsonb column takes. */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? postgresText(inner) : inner));
}

/** The same for a column that Prisma writes. */
export function jsonbValue(value: object): Prisma.InputJsonValue {
  // It was JSON a moment ago, and not null.
  return JSON.parse(jsonbText(value)) as Prisma.InputJsonValue;
}
