import { RegistryFault } from './fault';

const defaultPageSize = 100;
const maxPageSize = 1000;

export interface PageRequest {
  readonly size: number;
  readonly last: string | undefined;
}

export function readPage(query: URLSearchParams): PageRequest {
  const last = query.get('last') ?? '';
  return { size: readSize(query.get('n')), last: last === '' ? undefined : last };
}

/** Asks for one item more than the page holds; when it comes, there is a next page and a Link to it. */
export function cutPage<T>(
  found: readonly T[],
  page: PageRequest,
): { readonly items: readonly T[]; readonly hasMore: boolean } {
  return { items: found.slice(0, page.size), hasMore: page.size > 0 && found.length > page.size };
}

/** ACR's next link: relative, with every parameter spelled out, absent on the last page (RFC 8288). */
export function nextLink(path: string, parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { Link: `<${path}?${new URLSearchParams(parameters).toString()}>; rel="next"` };
}

function readSize(n: string | null): number {
  if (n === null || n === '') return defaultPageSize;
  if (!/^\d{1,9}$/.test(n)) {
    throw new RegistryFault(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested', { detail: { n } });
  }
  return Math.min(Number(n), maxPageSize);
}
