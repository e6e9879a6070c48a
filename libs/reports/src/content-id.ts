import { createHash } from 'node:crypto';

/** Lower-case hex, 256 bits. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** An id that is the same for the same content: RFC 9562, version 8 (the bits are the maker's own). */
export function contentUuid(value: unknown): string {
  const hex = contentHash(value);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
