import { createHash } from 'node:crypto';
import { mediaTypes, type Descriptor } from '@tidewaiter/contracts';
import { RegistryFault } from '../fault';
import type { Registry } from '../registry';
import { digestOf } from '../storage/blob-store';
import type { NewManifest } from '../storage/catalogue';
import { ConfigPlatform, ImageIndex, ImageManifest } from './manifest-document.schema';

const maxConfigBytes = 8 * 1024 * 1024;
const imageTypes: readonly string[] = [mediaTypes.ociManifest, mediaTypes.dockerManifest];
const indexTypes: readonly string[] = [mediaTypes.ociIndex, mediaTypes.dockerIndex];

/** Reads a pushed manifest and checks that all it points to is in the repository; the row to record, or a fault. */
export async function acceptManifest(
  registry: Registry,
  repository: string,
  contentType: string | undefined,
  bytes: Buffer,
): Promise<NewManifest> {
  const document = parseJson(bytes);
  const mediaType = mediaTypeOf(contentType, document);
  const row = {
    digest: digestOf(createHash('sha256').update(bytes)),
    mediaType,
    sizeBytes: bytes.byteLength,
    imageSizeBytes: bytes.byteLength,
    configMediaType: null,
    os: null,
    architecture: null,
  };
  if (indexTypes.includes(mediaType)) {
    const index = checked(ImageIndex.safeParse(document));
    for (const child of index.manifests) assertChild(registry, repository, child);
    return { ...row, ...aboutArtifact(index) };
  }
  const manifest = checked(ImageManifest.safeParse(document));
  for (const blob of [manifest.config, ...manifest.layers]) {
    if (blob.urls === undefined || blob.urls.length === 0) await assertBlob(registry, repository, blob);
  }
  const layersBytes = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  return {
    ...row,
    ...aboutArtifact(manifest),
    artifactType: manifest.artifactType ?? manifest.config.mediaType,
    configMediaType: manifest.config.mediaType,
    imageSizeBytes: bytes.byteLength + manifest.config.size + layersBytes,
    ...(await platformOf(registry, manifest.config)),
  };
}

function aboutArtifact(
  document: ImageIndex | ImageManifest,
): Pick<NewManifest, 'artifactType' | 'subject' | 'annotations'> {
  return {
    artifactType: document.artifactType ?? null,
    subject: document.subject?.digest ?? null,
    annotations: document.annotations === undefined ? null : JSON.stringify(document.annotations),
  };
}

/** The body's own mediaType and the header must agree, or one reader sees an index where another sees an image. */
function mediaTypeOf(contentType: string | undefined, document: unknown): string {
  const header = contentType?.split(';')[0]?.trim();
  const inside =
    typeof document === 'object' && document !== null && 'mediaType' in document ? document.mediaType : undefined;
  const mediaType = header ?? inside;
  if (typeof mediaType !== 'string' || ![...imageTypes, ...indexTypes].includes(mediaType)) {
    throw invalid('manifest media type is not supported', { mediaType: mediaType ?? '' });
  }
  if (inside !== undefined && inside !== mediaType) {
    throw invalid('mediaType of the manifest is not its Content-Type', { mediaType: inside, contentType: mediaType });
  }
  return mediaType;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw invalid('manifest is not JSON', { error: String(error) });
  }
}

function checked<T>(
  result: { readonly success: true; readonly data: T } | { readonly success: false; readonly error: Error },
): T {
  if (result.success) return result.data;
  throw invalid('manifest does not follow its schema', { error: result.error.message });
}

async function assertBlob(registry: Registry, repository: string, descriptor: Descriptor): Promise<void> {
  const { digest, size } = descriptor;
  const isLinked = registry.catalogue.blobs.isLinked(repository, digest);
  const stored = isLinked ? await registry.blobs.sizeOf(digest) : undefined;
  if (stored === undefined) {
    throw new RegistryFault(400, 'MANIFEST_BLOB_UNKNOWN', 'manifest references a blob unknown to registry', {
      detail: { digest },
    });
  }
  if (stored !== size) {
    throw invalid('manifest states another size than the blob has', { digest, size, stored });
  }
}

function assertChild(registry: Registry, repository: string, child: Descriptor): void {
  if (registry.catalogue.manifests.find(repository, child.digest) !== undefined) return;
  throw new RegistryFault(400, 'MANIFEST_BLOB_UNKNOWN', 'manifest references a manifest unknown to registry', {
    detail: { digest: child.digest },
  });
}

async function platformOf(registry: Registry, config: Descriptor): Promise<Pick<NewManifest, 'os' | 'architecture'>> {
  const none = { os: null, architecture: null };
  const isImage = config.mediaType === mediaTypes.ociConfig || config.mediaType === mediaTypes.dockerConfig;
  if (!isImage || config.size > maxConfigBytes) return none;
  const platform = ConfigPlatform.safeParse(parseJson(Buffer.from(await registry.blobs.read(config.digest))));
  return platform.success ? { os: platform.data.os ?? null, architecture: platform.data.architecture ?? null } : none;
}

function invalid(message: string, detail: unknown): RegistryFault {
  return new RegistryFault(400, 'MANIFEST_INVALID', message, { detail });
}
