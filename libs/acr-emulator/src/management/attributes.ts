import { mediaTypes } from '@tidewaiter/contracts';
import { ImageIndex } from '../distribution/manifest-document.schema';
import type { Registry } from '../registry';
import type { AttributeOwner } from '../storage/attribute-rows';
import type { ManifestRow, RepositoryRow, TagRow } from '../storage/rows.schema';

export function repositoryAttributes(registry: Registry, row: RepositoryRow): unknown {
  return {
    registry: registry.loginServer,
    imageName: row.name,
    createdTime: row.created,
    lastUpdateTime: row.updated,
    manifestCount: row.manifestCount,
    tagCount: row.tagCount,
    changeableAttributes: changeable(registry, { repository: row.name, kind: 'repository', item: '' }),
  };
}

export function tagAttributes(registry: Registry, repository: string, row: TagRow): unknown {
  return {
    name: row.name,
    digest: row.digest,
    createdTime: row.created,
    lastUpdateTime: row.updated,
    signed: false,
    changeableAttributes: changeable(registry, { repository, kind: 'tag', item: row.name }),
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
    changeableAttributes: changeable(registry, { repository, kind: 'manifest', item: row.digest }),
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

function changeable({ catalogue }: Registry, owner: AttributeOwner): object {
  const row = catalogue.attributes.find(owner);
  return {
    deleteEnabled: row.deleteEnabled === 1,
    writeEnabled: row.writeEnabled === 1,
    listEnabled: row.listEnabled === 1,
    readEnabled: row.readEnabled === 1,
    ...(row.quarantineState === null ? {} : { quarantineState: row.quarantineState }),
    ...(row.quarantineDetails === null ? {} : { quarantineDetails: row.quarantineDetails }),
  };
}
