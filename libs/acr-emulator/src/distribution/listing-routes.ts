import { jsonReply } from '../http';
import { cutPage, nextLink, readPage } from '../paging';
import { nameUnknown, repositoryOf, type Registry } from '../registry';
import { needsCatalog, needsOnRepository, type Call, type Route } from '../router';

/** The version check, the catalogue in both of its places and the list of tags. */
export function listingRoutes(registry: Registry): readonly Route[] {
  const { catalogue } = registry;

  function listRepositories(path: string, { query }: Call) {
    const page = readPage(query);
    const { items, hasMore } = cutPage(catalogue.repositories.list(page.size + 1, page.last ?? ''), page);
    const link = hasMore ? nextLink(path, { last: items.at(-1) ?? '', n: String(page.size), orderby: '' }) : {};
    return jsonReply(200, { repositories: items }, link);
  }

  return [
    { method: 'GET', pattern: /^\/v2\/?$/, needs: 'signed-in', handle: () => jsonReply(200, {}) },
    {
      method: 'GET',
      pattern: /^\/v2\/_catalog$/,
      needs: needsCatalog,
      handle: (call) => listRepositories('/v2/_catalog', call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/_catalog$/,
      needs: needsCatalog,
      handle: (call) => listRepositories('/acr/v1/_catalog', call),
    },
    {
      method: 'GET',
      pattern: /^\/v2\/(?<name>.+)\/tags\/list$/,
      needs: needsOnRepository('pull'),
      handle(call) {
        const name = repositoryOf(call);
        if (catalogue.repositories.find(name) === undefined) throw nameUnknown(name);
        const page = readPage(call.query);
        const found = catalogue.tags.list(name, {
          limit: page.size + 1,
          order: 'none',
          ...(page.last === undefined ? {} : { last: page.last }),
        });
        const { items, hasMore } = cutPage(found, page);
        const last = items.at(-1)?.name ?? '';
        const link = hasMore ? nextLink(`/v2/${name}/tags/list`, { last, n: String(page.size), orderby: '' }) : {};
        return jsonReply(200, { name, tags: items.map((tag) => tag.name) }, link);
      },
    },
  ];
}
