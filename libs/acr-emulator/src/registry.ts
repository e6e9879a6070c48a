import type { Logger } from '@tidewaiter/kit';
import { RepositoryName, TagName } from '@tidewaiter/contracts';
import { RegistryFault } from './fault';
import type { QuarantinePolicy } from './quarantine-policy';
import type { Call } from './router';
import type { SoftDeletePolicy } from './soft-delete-policy';
import { assertDigest, type BlobStore } from './storage/blob-store';
import type { Catalogue } from './storage/catalogue';
import type { ManifestRow, RepositoryRow, TagRow } from './storage/rows.schema';
import type { UploadStore } from './storage/upload-store';
import type { Webhooks } from './events/webhooks';

/** Everything the routes work on. */
export interface Registry {
  readonly loginServer: string;
  readonly catalogue: Catalogue;
  readonly blobs: BlobStore;
  readonly uploads: UploadStore;
  readonly webhooks: Webhooks;
  readonly quarantine: QuarantinePolicy;
  readonly softDelete: SoftDeletePolicy;
  /** Where blob downloads are redirected to; absent when they are answered directly. */
  readonly blobLocation?: (digest: string) => string;
  readonly logger: Logger;
}

export function repositoryOf(call: Call): string {
  const name = RepositoryName.safeParse(call.params['name']);
  if (name.success) return name.data;
  throw new RegistryFault(400, 'NAME_INVALID', 'invalid repository name', {
    detail: { name: call.params['name'] ?? '' },
  });
}

export function digestParam(call: Call): string {
  const digest = call.params['digest'] ?? '';
  assertDigest(digest);
  return digest;
}

export type ManifestReference =
  { readonly kind: 'tag'; readonly tag: string } | { readonly kind: 'digest'; readonly digest: string };

export function referenceOf(call: Call): ManifestReference {
  const reference = call.params['reference'] ?? '';
  if (reference.includes(':')) {
    assertDigest(reference);
    return { kind: 'digest', digest: reference };
  }
  if (TagName.safeParse(reference).success) return { kind: 'tag', tag: reference };
  throw new RegistryFault(400, 'TAG_INVALID', 'manifest tag did not match the rules of tags', {
    detail: { tag: reference },
  });
}

export function findManifest(registry: Registry, repository: string, reference: ManifestReference): ManifestRow {
  const { catalogue } = registry;
  const digest =
    reference.kind === 'digest' ? reference.digest : catalogue.tags.find(repository, reference.tag)?.digest;
  const row = digest === undefined ? undefined : catalogue.manifests.find(repository, digest);
  if (row !== undefined) return row;
  throw manifestUnknown(repository, reference);
}

export function manifestUnknown(repository: string, reference: ManifestReference): RegistryFault {
  const wanted = reference.kind === 'digest' ? `manifest ${reference.digest}` : `manifest tagged by "${reference.tag}"`;
  return new RegistryFault(404, 'MANIFEST_UNKNOWN', `${wanted} is not found`, { detail: { Name: repository } });
}

export function nameUnknown(repository: string): RegistryFault {
  return new RegistryFault(404, 'NAME_UNKNOWN', 'repository name not known to registry', {
    detail: { name: repository },
  });
}

export function knownRepository(registry: Registry, call: Call): RepositoryRow {
  const name = repositoryOf(call);
  const row = registry.catalogue.repositories.find(name);
  if (row === undefined) throw nameUnknown(name);
  return row;
}

export function knownTag(registry: Registry, repository: string, call: Call): TagRow {
  const tag = call.params['tag'] ?? '';
  const row = registry.catalogue.tags.find(repository, tag);
  if (row === undefined) throw tagUnknown(repository, tag);
  return row;
}

export function tagUnknown(repository: string, tag: string): RegistryFault {
  return new RegistryFault(404, 'TAG_UNKNOWN', 'the specified tag does not exist', {
    detail: { name: repository, tag },
  });
}
