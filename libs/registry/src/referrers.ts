import { ReferrersPage, type Referrer } from './documents.schema';
import { listPages } from './pages';
import type { Transport } from './transport';

interface ReferrersCall {
  readonly url: URL;
  readonly scope: string;
  readonly what: string;
  readonly host: string;
}

/**
 * All of them, whatever they are: a registry filters by one type at a time, and where listings are counted apart, one for
 * each type costs more than reading a line too many.
 */
export function referrersOf(transport: Transport, { url, scope, what, host }: ReferrersCall): AsyncIterable<Referrer> {
  return listPages(transport, {
    firstPage: url,
    scope,
    subject: { what, host, whenMissing: 'registry-api-missing' },
    page: ReferrersPage,
    items: (page) => page.manifests ?? [],
  });
}
