import { RegistryFault } from '../fault';
import { jsonReply, parseJsonBody, type Reply } from '../http';
import { cutPage, nextLink, readPage } from '../paging';
import { digestParam, findManifest, manifestUnknown, repositoryOf, tagUnknown, type Registry } from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import { RestoreOrder } from '../soft-delete-switch.schema';
import { manifestAttributes } from './attributes';

/** What soft delete keeps: https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy */
export function deletedRoutes(registry: Registry): readonly Route[] {
  const reads = needsOnRepository('deleted_read');
  return [
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/_deleted\/(?<name>.+)\/_manifests$/,
      needs: reads,
      handle: (call) => listManifests(registry, call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/_deleted\/(?<name>.+)\/_tags$/,
      needs: reads,
      handle: (call) => listTags(registry, call),
    },
    {
      method: 'POST',
      pattern: /^\/acr\/v1\/_deleted\/(?<name>.+)\/_manifests\/(?<digest>[^/]+)$/,
      needs: needsOnRepository('deleted_restore'),
      handle: (call) => restore(registry, call),
    },
  ];
}

function listManifests({ loginServer, catalogue }: Registry, call: Call): Reply {
  const name = repositoryOf(call);
  const page = readPage(call.query);
  const found = catalogue.deleted.manifests(name, { limit: page.size + 1, last: page.last ?? '' });
  const { items, hasMore } = cutPage(found, page);
  const manifests = items.map(({ digest, mediaType, imageSizeBytes, created, updated, deletedAt }) => ({
    ...{ digest, mediaType, imageSize: imageSizeBytes, createdTime: created, lastUpdateTime: updated, deletedAt },
  }));
  const next = { last: items.at(-1)?.digest ?? '', n: String(page.size) };
  const link = hasMore ? nextLink(`/acr/v1/_deleted/${name}/_manifests`, next) : {};
  return jsonReply(200, { registry: loginServer, imageName: name, manifests }, link);
}

function listTags({ loginServer, catalogue }: Registry, call: Call): Reply {
  const repository = repositoryOf(call);
  const page = readPage(call.query);
  const found = catalogue.deleted.tags(repository, { limit: page.size + 1, last: page.last ?? '' });
  const { items, hasMore } = cutPage(found, page);
  const tags = items.map(({ name, digest, created, updated, deletedAt }) => ({
    ...{ name, digest, createdTime: created, lastUpdateTime: updated, deletedAt },
  }));
  const last = items.at(-1);
  const next = { last: last === undefined ? '' : `${last.name}@${last.digest}`, n: String(page.size) };
  const link = hasMore ? nextLink(`/acr/v1/_deleted/${repository}/_tags`, next) : {};
  return jsonReply(200, { registry: loginServer, imageName: repository, tags }, link);
}

/** A tag that points to another manifest by now is only taken from it by force. */
async function restore(registry: Registry, call: Call): Promise<Reply> {
  const { catalogue, loginServer } = registry;
  const repository = repositoryOf(call);
  const digest = digestParam(call);
  const order = RestoreOrder.safeParse(await parseJsonBody(call.request));
  if (!order.success) throw new RegistryFault(400, 'UNSUPPORTED', 'the body is {"tag": "..."}');
  const { tag } = order.data;
  if (catalogue.deleted.find(repository, digest) === undefined)
    throw manifestUnknown(repository, { kind: 'digest', digest });
  if (tag !== undefined) {
    if (catalogue.deleted.findTag(repository, tag, digest) === undefined) throw tagUnknown(repository, tag);
    if (catalogue.tags.find(repository, tag) !== undefined && call.query.get('force') !== 'true')
      throw new RegistryFault(409, 'UNSUPPORTED', `the tag ${tag} points to another manifest; use force`);
  }
  catalogue.deleted.restore(repository, digest, tag);
  const row = findManifest(registry, repository, { kind: 'digest', digest });
  const manifest = manifestAttributes(registry, repository, row);
  return jsonReply(200, { registry: loginServer, imageName: repository, manifest });
}
