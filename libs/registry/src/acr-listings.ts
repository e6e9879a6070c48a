import { address, repositoryName } from './address';
import { AcrManifestPage, AcrRepository, AcrTagPage, type AcrManifest, type AcrTag } from './documents.schema';
import type { Endpoint } from './endpoint';
import type { Subject } from './failures';
import { listPages, readDocument } from './pages';
import type { Transport } from './transport';

/** azure-rest-api-specs, containerregistry data plane. */
const version = { 'api-version': '2021-07-01' } as const;
const maxAttributesBytes = 64 * 1024;

/**
 * What Azure Container Registry tells beside the distribution protocol: a digest with every tag, manifests without a tag,
 * and when a repository last changed. Needs `metadata_read` on the repository, which not every role that may pull has.
 */
export interface AcrListings {
  repository(repository: string): Promise<AcrRepository>;
  tags(repository: string): AsyncIterable<AcrTag>;
  /** Images, indexes, and whatever else is pushed: signatures, bills of materials, attestations. */
  manifests(repository: string): AsyncIterable<AcrManifest>;
}

export function acrListings({
  transport,
  endpoint,
  pageSize,
}: {
  readonly transport: Transport;
  readonly endpoint: Endpoint;
  readonly pageSize: string;
}): AcrListings {
  const about = (what: string): Subject => ({ what, host: endpoint.host, whenMissing: 'repository-unknown' });
  const place = (repository: string) => `/acr/v1/${repositoryName(repository)}`;
  const scope = (repository: string) => `repository:${repository}:metadata_read`;
  return {
    async repository(repository) {
      const subject = about(`the attributes of ${repository}`);
      const url = address(endpoint, place(repository), version);
      const headers = { Accept: 'application/json' };
      const call = { method: 'GET', url, scope: scope(repository), subject, headers } as const;
      const { bytes } = await transport.document(call, maxAttributesBytes);
      return readDocument(bytes, AcrRepository, subject);
    },
    tags: (repository) =>
      listPages(transport, {
        firstPage: address(endpoint, `${place(repository)}/_tags`, { ...version, n: pageSize }),
        scope: scope(repository),
        subject: about(`the tags of ${repository}`),
        page: AcrTagPage,
        items: (page) => page.tags ?? [],
      }),
    manifests: (repository) =>
      listPages(transport, {
        firstPage: address(endpoint, `${place(repository)}/_manifests`, { ...version, n: pageSize }),
        scope: scope(repository),
        subject: about(`the manifests of ${repository}`),
        page: AcrManifestPage,
        items: (page) => page.manifests ?? [],
      }),
  };
}
