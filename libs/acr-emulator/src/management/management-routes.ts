import { z } from 'zod';
import { RegistryFault } from '../fault';
import { jsonReply, type Reply } from '../http';
import { cutPage, nextLink, readPage } from '../paging';
import { assertDeletable, disallowed } from '../locks';
import {
  digestParam,
  findManifest,
  knownRepository,
  knownTag,
  repositoryOf,
  tagUnknown,
  type Registry,
} from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import type { ListOrder, ListQuery } from '../storage/listing';
import { manifestAttributes, manifestDetails, repositoryAttributes, tagAttributes } from './attributes';

const Order = z.enum(['none', 'timeasc', 'timedesc']);

/** ACR's own listings below `/acr/v1`: azure-rest-api-specs, containerregistry data plane 2021-07-01. */
export function managementRoutes(registry: Registry): readonly Route[] {
  const reads = needsOnRepository('metadata_read');
  const deletes = needsOnRepository('delete');
  return [
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_tags$/,
      needs: reads,
      handle: (call) => listTags(registry, call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_manifests$/,
      needs: reads,
      handle: (call) => listManifests(registry, call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_tags\/(?<tag>[^/]+)$/,
      needs: reads,
      handle: (call) => oneTag(registry, call),
    },
    {
      method: 'DELETE',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_tags\/(?<tag>[^/]+)$/,
      needs: deletes,
      handle: (call) => untag(registry, call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/(?<name>.+)\/_manifests\/(?<digest>[^/]+)$/,
      needs: reads,
      handle: (call) => oneManifest(registry, call),
    },
    {
      method: 'GET',
      pattern: /^\/acr\/v1\/(?<name>(?:(?!\/_).)+)$/,
      needs: reads,
      handle: (call) => jsonReply(200, repositoryAttributes(registry, knownRepository(registry, call))),
    },
    {
      method: 'DELETE',
      pattern: /^\/acr\/v1\/(?<name>(?:(?!\/_).)+)$/,
      needs: deletes,
      handle: (call) => removeRepository(registry, call),
    },
  ];
}

function listTags(registry: Registry, call: Call): Reply {
  const { name } = knownRepository(registry, call);
  const page = readPage(call.query);
  const order = readOrder(call.query);
  const digest = call.query.get('digest') ?? undefined;
  if (order !== 'none' && page.last !== undefined && registry.catalogue.tags.find(name, page.last) === undefined) {
    throw tagUnknown(name, page.last);
  }
  const found = registry.catalogue.tags.list(name, listQuery(page.size, page.last, order), digest);
  const { items, hasMore } = cutPage(found, page);
  const last = items.at(-1)?.name ?? '';
  const link = hasMore ? nextLink(`/acr/v1/${name}/_tags`, linkParameters(call, last, page.size)) : {};
  return jsonReply(
    200,
    { registry: registry.loginServer, imageName: name, tags: items.map((row) => tagAttributes(registry, name, row)) },
    link,
  );
}

function listManifests(registry: Registry, call: Call): Reply {
  const { name } = knownRepository(registry, call);
  const page = readPage(call.query);
  const order = readOrder(call.query);
  if (order !== 'none' && page.last !== undefined) findManifest(registry, name, { kind: 'digest', digest: page.last });
  const found = registry.catalogue.manifests.list(name, listQuery(page.size, page.last, order));
  const { items, hasMore } = cutPage(found, page);
  const last = items.at(-1)?.digest ?? '';
  const link = hasMore ? nextLink(`/acr/v1/${name}/_manifests`, linkParameters(call, last, page.size)) : {};
  const manifests = items.map((row) => manifestAttributes(registry, name, row));
  return jsonReply(200, { registry: registry.loginServer, imageName: name, manifests }, link);
}

function oneTag(registry: Registry, call: Call): Reply {
  const { name } = knownRepository(registry, call);
  const row = knownTag(registry, name, call);
  return jsonReply(200, { registry: registry.loginServer, imageName: name, tag: tagAttributes(registry, name, row) });
}

/** Takes the tag away and leaves the manifest; no webhook hears of it. */
function untag(registry: Registry, call: Call): Reply {
  const name = repositoryOf(call);
  const { name: tag } = knownTag(registry, name, call);
  assertDeletable(registry, { repository: name, tag });
  registry.catalogue.tags.remove(name, tag);
  return { status: 202 };
}

async function oneManifest(registry: Registry, call: Call): Promise<Reply> {
  const { name } = knownRepository(registry, call);
  const row = findManifest(registry, name, { kind: 'digest', digest: digestParam(call) });
  const manifest = await manifestDetails(registry, name, row);
  return jsonReply(200, { registry: registry.loginServer, imageName: name, manifest });
}

function removeRepository(registry: Registry, call: Call): Reply {
  const { name } = knownRepository(registry, call);
  if (registry.catalogue.attributes.isAnyLocked(name)) throw disallowed();
  const removal = registry.catalogue.repositories.remove(name, {
    isKept: registry.softDelete.retentionDays() !== undefined,
  });
  for (const { mediaType, digest } of removal.manifests) {
    registry.webhooks.fire('delete', { mediaType, digest, repository: name }, call.request);
  }
  return jsonReply(202, { manifestsDeleted: removal.manifests.map((row) => row.digest), tagsDeleted: removal.tags });
}

function readOrder(query: URLSearchParams): ListOrder {
  const order = query.get('orderby') ?? '';
  if (order === '') return 'none';
  const known = Order.safeParse(order);
  if (!known.success) throw new RegistryFault(400, 'UNSUPPORTED', 'orderby is none, timeasc or timedesc');
  return known.data;
}

function listQuery(size: number, last: string | undefined, order: ListOrder): ListQuery {
  return { limit: size + 1, order, ...(last === undefined ? {} : { last }) };
}

function linkParameters(call: Call, last: string, size: number): Readonly<Record<string, string>> {
  const digest = call.query.get('digest');
  return {
    last,
    n: String(size),
    orderby: call.query.get('orderby') ?? '',
    ...(digest === null ? {} : { digest }),
  };
}
