import { mediaTypes } from '@tidewaiter/contracts';
import { RegistryFault } from '../fault';
import { jsonReply, readBody, type Reply } from '../http';
import { assertDeletable, assertReadable, assertWritable, disallowed } from '../locks';
import { assertOutOfQuarantine, takePushed } from '../quarantine';
import { digestParam, findManifest, referenceOf, repositoryOf, type Registry } from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import type { ManifestRow } from '../storage/rows.schema';
import { acceptManifest } from './accept-manifest';

/** Registries agree on this limit for a manifest; OCI distribution-spec, "Pushing manifests". */
const maxManifestBytes = 4 * 1024 * 1024;

const pattern = /^\/v2\/(?<name>.+)\/manifests\/(?<reference>[^/]+)$/;

export function manifestRoutes(registry: Registry): readonly Route[] {
  return [
    { method: 'GET', pattern, needs: needsOnRepository('pull'), handle: (call) => pull(registry, call) },
    { method: 'PUT', pattern, needs: needsOnRepository('pull', 'push'), handle: (call) => push(registry, call) },
    { method: 'DELETE', pattern, needs: needsOnRepository('delete'), handle: (call) => remove(registry, call) },
    {
      method: 'GET',
      pattern: /^\/v2\/(?<name>.+)\/referrers\/(?<digest>[^/]+)$/,
      needs: needsOnRepository('pull'),
      handle: (call) => referrers(registry, call),
    },
  ];
}

async function pull(registry: Registry, call: Call): Promise<Reply> {
  const repository = repositoryOf(call);
  const reference = referenceOf(call);
  const row = findManifest(registry, repository, reference);
  assertOutOfQuarantine(registry, { repository, row, reference }, call);
  assertReadable(registry, { repository, digest: row.digest, ...(reference.kind === 'tag' ? reference : {}) });
  const headers = { 'Content-Type': row.mediaType, 'Docker-Content-Digest': row.digest, ETag: `"${row.digest}"` };
  if (call.request.headers['if-none-match'] === headers.ETag) return { status: 304, headers };
  return { status: 200, headers, body: await registry.blobs.read(row.digest) };
}

async function push(registry: Registry, call: Call): Promise<Reply> {
  const repository = repositoryOf(call);
  const reference = referenceOf(call);
  const bytes = await readBody(call.request, maxManifestBytes);
  const manifest = await acceptManifest(registry, repository, call.request.headers['content-type'], bytes);
  if (reference.kind === 'digest' && reference.digest !== manifest.digest) {
    throw new RegistryFault(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content', {
      detail: { digest: reference.digest },
    });
  }
  // What was deleted softly comes back by being restored, and is not pushed again.
  if (registry.catalogue.deleted.find(repository, manifest.digest) !== undefined) throw disallowed();
  await registry.blobs.put(bytes);
  const tag = reference.kind === 'tag' ? reference.tag : undefined;
  assertWritable(registry, { repository, ...(tag === undefined ? {} : { tag }) });
  registry.catalogue.manifests.put(repository, manifest, tag);
  const { digest } = manifest;
  takePushed(registry, { repository, row: manifest, tag }, call);
  return {
    status: 201,
    headers: {
      Location: `/v2/${repository}/manifests/${digest}`,
      'Docker-Content-Digest': digest,
      ...(manifest.subject === null ? {} : { 'OCI-Subject': manifest.subject }),
    },
  };
}

/** By digest the manifest goes, with its tags; by tag only the tag, and for that ACR fires no event. */
function remove(registry: Registry, call: Call): Reply {
  const repository = repositoryOf(call);
  const reference = referenceOf(call);
  const row = findManifest(registry, repository, reference);
  assertDeletable(registry, { repository, ...reference });
  if (reference.kind === 'tag') registry.catalogue.tags.remove(repository, reference.tag);
  else {
    const isKept = registry.softDelete.retentionDays() !== undefined;
    registry.catalogue.manifests.remove(repository, row.digest, { isKept });
    registry.webhooks.fire('delete', { mediaType: row.mediaType, digest: row.digest, repository }, call.request);
  }
  return { status: 202 };
}

/** OCI distribution-spec, "Listing Referrers": an empty index when there are none. */
function referrers(registry: Registry, call: Call): Reply {
  const artifactType = call.query.get('artifactType');
  const rows = registry.catalogue.manifests
    .referrers(repositoryOf(call), digestParam(call))
    .filter((row) => artifactType === null || row.artifactType === artifactType);
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: rows.map(referrerDescriptor) };
  return jsonReply(200, index, {
    'Content-Type': mediaTypes.ociIndex,
    ...(artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
  });
}

function referrerDescriptor(row: ManifestRow): unknown {
  const annotations: unknown = row.annotations === null ? undefined : JSON.parse(row.annotations);
  return {
    mediaType: row.mediaType,
    digest: row.digest,
    size: row.sizeBytes,
    ...(row.artifactType === null ? {} : { artifactType: row.artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
