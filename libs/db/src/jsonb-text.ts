/**
 * JSON that a jsonb column takes. Postgres stores neither NUL nor half of a surrogate pair, and names found in images may
 * hold both; they become U+FFFD, because a hostile name must not undo the transaction that records it.
 */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed().replaceAll('\u0000', '\ufffd') : inner,
  );
}
