import { OperationalError } from '@tidewaiter/kit';
import type { z } from 'zod';
import type { Subject } from './failures';
import type { Transport } from './transport';

const maxPageBytes = 4 * 1024 * 1024;
const maxPages = 100_000;

export interface Listing<T, I> {
  readonly firstPage: URL;
  readonly scope: string;
  readonly subject: Subject;
  readonly page: z.ZodType<T>;
  readonly items: (page: T) => readonly I[];
}

/** Every item of a paged list; Link headers are followed as they are given (OCI distribution-spec, "Listing Tags"). */
export async function* listPages<T, I>(
  transport: Transport,
  listing: Listing<T, I>,
): AsyncGenerator<I, void, undefined> {
  const { scope, subject } = listing;
  const seen = new Set<string>();
  let url: URL | undefined = listing.firstPage;
  while (url !== undefined) {
    assertProgress(url, seen, subject);
    const call = { method: 'GET', url, scope, subject, headers: { Accept: 'application/json' } } as const;
    const { answer, bytes } = await transport.document(call, maxPageBytes);
    yield* listing.items(readDocument(bytes, listing.page, subject));
    url = nextPage(answer.headers.get('link'), answer.url, subject);
  }
}

/** A document of JSON in the form we know. @throws OperationalError `registry-document-invalid` */
export function readDocument<T>(bytes: Uint8Array, schema: z.ZodType<T>, subject: Subject): T {
  const document = schema.safeParse(parseJson(bytes));
  if (document.success) return document.data;
  throw new OperationalError(
    'registry-document-invalid',
    `Registry ${subject.host} gives ${subject.what} in a form we do not know.`,
  );
}

/**
 * The target of rel="next" (RFC 8288); it must stay on the registry. One behind a proxy that adds TLS may not know its own scheme
 * and port: it is asked where it was asked before.
 */
function nextPage(header: string | null, current: URL, subject: Subject): URL | undefined {
  if (header === null) return undefined;
  const target = /<([^<>]{1,4096})>\s*;[^<>,]*\brel="?next"?/i.exec(header.slice(0, 16_384))?.[1];
  if (target === undefined) return undefined;
  if (!URL.canParse(target, current.href)) throw invalidLink(subject, 'an address that cannot be read');
  const next = new URL(target, current);
  if (next.hostname !== current.hostname) throw invalidLink(subject, `another host, ${next.host}`);
  return new URL(`${next.pathname}${next.search}`, current.origin);
}

function assertProgress(url: URL, seen: Set<string>, subject: Subject): void {
  if (seen.has(url.href)) throw invalidLink(subject, 'a page that was already read');
  if (seen.size >= maxPages) throw invalidLink(subject, `more than ${maxPages} pages`);
  seen.add(url.href);
}

function invalidLink(subject: Subject, to: string): OperationalError {
  return new OperationalError(
    'registry-paging-invalid',
    `Registry ${subject.host} continues ${subject.what} at ${to}.`,
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // The caller's schema refuses undefined and names the list.
    return undefined;
  }
}
