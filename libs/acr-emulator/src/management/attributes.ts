import { mediaTypes } from '@tidewaiter/contracts';
import { ImageIndex } from '../distribution/manifest-document.schema';
import type { Registry } from '../registry';
import type { ManifestRow, RepositoryRow, TagRow } from '../storage/rows.schema';

const changeableAttributes = { deleteEnabled: true, writeEnabled: true, listEnabled: true, readEnabled: true };

export function repositoryAttributes(registry: Registry, row: RepositoryRow): unknown {
  return {
    registry: registry.loginServer,
    imageName: row.name,
    createdTime: row.created,
    lastUpdateTime: row.updated,
    manifestCount: row.manifestCount,
    tagCount: row.tagCount,
    changeableAttributes,
  };
}

export function tagAttributes(row: TagRow): unknown {
  return {
    name: row.name,
    digest: row.digest,
    createdTime: row.created,
    lastUpdateTime: row.updated,
    signed: false,
    changeableAttributes,
  };
}

/** `tags` is absent for an untagged manifest, architecture and os for what is not an image. */
export function manifestAttributes(registry: Registry, repository: string, row: ManifestRow): object {
  const tags = registry.catalogue.tags.namesOf(repository, row.digest);
  return {
    digest: row.digest,
    imageSize: row.imageSizeBytes,
    createdTime: row.created,
    lastUpdateTime: row.updated,
    ...(row.architecture === null ? {} : { architecture: row.architecture }),
    ...(row.os === null ? {} : { os: row.os }),
    mediaType: row.mediaType,
    ...(row.configMediaType === null ? {} : { configMediaType: row.configMediaType }),
    ...(tags.length === 0 ? {} : { tags }),
    changeableAttributes,
  };
}

/** The attributes of one manifest also name the images of an index. */
export async function manifestDetails(registry: Registry, repository: string, row: ManifestRow): Promise<object> {
  const attributes = manifestAttributes(registry, repository, row);
  if (row.mediaType !== mediaTypes.ociIndex && row.mediaType !== mediaTypes.dockerIndex) return attributes;
  const index = ImageIndex.parse(JSON.parse(Buffer.from(await registry.blobs.read(row.digest)).toString('utf8')));
  const references = index.manifests.map(({ digest, platform }) => ({
    digest,
    ...(platform === undefined ? {} : { architecture: platform.architecture, os: platform.os }),
  }));
  return { ...attributes, references };
}
