import { RegistryFault } from '../fault';
import { digestParam, repositoryOf, type Registry } from '../registry';
import { needsOnRepository, type Call, type Route } from '../router';
import { blobReply } from './blob-reply';

/** OCI distribution-spec, "Pulling blobs" and "Deleting blobs". */
export function blobRoutes(registry: Registry): readonly Route[] {
  const { catalogue, blobs } = registry;
  const pattern = /^\/v2\/(?<name>.+)\/blobs\/(?<digest>[^/]+)$/;

  async function findBlob(call: Call) {
    const repository = repositoryOf(call);
    const digest = digestParam(call);
    const sizeBytes = catalogue.blobs.isLinked(repository, digest) ? await blobs.sizeOf(digest) : undefined;
    if (sizeBytes === undefined) {
      throw new RegistryFault(404, 'BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
    }
    return { repository, digest, sizeBytes };
  }

  return [
    {
      method: 'GET',
      pattern,
      needs: needsOnRepository('pull'),
      async handle(call) {
        const { digest, sizeBytes } = await findBlob(call);
        if (registry.blobLocation !== undefined && call.request.method === 'GET') {
          return {
            status: 307,
            headers: { Location: registry.blobLocation(digest), 'Docker-Content-Digest': digest },
          };
        }
        return blobReply(blobs, digest, sizeBytes, call.request.headers.range);
      },
    },
    {
      method: 'DELETE',
      pattern,
      needs: needsOnRepository('delete'),
      async handle(call) {
        const { repository, digest } = await findBlob(call);
        catalogue.blobs.unlink(repository, digest);
        return { status: 202, headers: { 'Docker-Content-Digest': digest } };
      },
    },
  ];
}
