import { createHash } from 'node:crypto';
import { UserError } from '@tidewaiter/kit';
import { z } from 'zod';

/** The query fields of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many items a page has at most.'),
  cursor: z
    .string()
    .max(1024)
    .optional()
    .describe('`next` of the page before. It belongs to the sort and filters it was made with.'),
} as const;

export interface Page<T> {
  readonly items: T[];
  /** Cursor of the page after this one; null on the last. */
  readonly next: string | null;
}

export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

interface KeysetOptions<K> {
  /** The sort key of an item: what the next page starts after. Its last part is unique. */
  readonly key: z.ZodType<K>;
  /** Everything that decides which items there are and in which order, the list's own name included. */
  readonly query: Readonly<Record<string, unknown>>;
}

export interface Keyset<K> {
  /** The key to start after; undefined for the first page. */
  after(cursor: string | undefined): K | undefined;
  /** Cuts `limit + 1` rows, which tell whether there is more, down to a page. */
  page<R, T>(rows: readonly R[], options: PageOptions<R, K, T>): Page<T>;
}

interface PageOptions<R, K, T> {
  readonly limit: number;
  readonly keyOf: (row: R) => K;
  readonly toItem: (row: R) => T;
}

/**
 * Pages by the last item's sort key instead of by an offset: rows that come or go between two pages neither repeat nor
 * hide another. The cursor is opaque and carries a fingerprint of its query, so that one of another query is refused
 * instead of answering something else.
 */
export function keyset<K>({ key, query }: KeysetOptions<K>): Keyset<K> {
  const Cursor = z.tuple([z.literal(fingerprint(query)), key]);
  return {
    after: (cursor) => (cursor === undefined ? undefined : decode(cursor, Cursor)),
    page: (rows, { limit, keyOf, toItem }) => {
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { items: items.map(toItem), next: more ? encode([fingerprint(query), keyOf(last)]) : null };
    },
  };
}

function decode<K>(cursor: string, schema: z.ZodType<[string, K]>): K {
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (parsed.success) return parsed.data[1];
  throw new UserError(
    'cursor-invalid',
    'the cursor belongs to another query; use the one of the page before with the same sort and filters, or none',
  );
}

function encode(value: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is like any other cursor that is not ours: the schema refuses undefined.
    return undefined;
  }
}

function fingerprint(query: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 11);
}
