import { mediaTypes } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';
import type { AcrManifest, RegistryClient } from '@tidewaiter/registry';

/** What a repository holds, as its registry lists it. */
export interface RepositoryContent {
  readonly tags: ReadonlyMap<string, ListedTag>;
  /** With those that no tag points to; absent where the registry lists tags only. */
  readonly manifests?: ReadonlyMap<string, ListedManifest>;
}

export interface ListedTag {
  readonly digest: string;
  /** As the registry wrote it. */
  readonly pushedAt?: string;
}

export interface ListedManifest {
  readonly pushedAt?: string;
  /** `linux/arm64`, of an image. */
  readonly platform?: string;
  /** What it is when it is not an image. */
  readonly artifactType?: string;
}

/** Tags whose digests are asked for at a time. */
const headsAtOnce = 8;

/** In the registry's own words: as long as they are the same, nothing was pushed or deleted. Undefined where it has none. */
export async function repositoryMark(client: RegistryClient, repository: string): Promise<string | undefined> {
  const attributes = await client.acr.repository(repository);
  return `${attributes.lastUpdateTime} ${String(attributes.manifestCount)} ${String(attributes.tagCount)}`;
}

/** ACR tells the digest with each tag, a page at a time. */
export async function acrContent(client: RegistryClient, repository: string): Promise<RepositoryContent> {
  const tags = new Map<string, ListedTag>();
  const manifests = new Map<string, ListedManifest>();
  const tagsOf = new Map<string, string[]>();
  const listed: AcrManifest[] = [];
  for await (const manifest of client.acr.manifests(repository)) listed.push(manifest);
  for await (const { name, digest, lastUpdateTime } of client.acr.tags(repository)) {
    tags.set(name, { digest, ...(lastUpdateTime === undefined ? {} : { pushedAt: lastUpdateTime }) });
    tagsOf.set(digest, [...(tagsOf.get(digest) ?? []), name]);
  }
  for (const manifest of listed) manifests.set(manifest.digest, listedManifest(manifest, tagsOf.get(manifest.digest)));
  return { tags, manifests };
}

/** Every other registry lists names; the digest of each is asked for. */
export async function plainContent(client: RegistryClient, repository: string): Promise<RepositoryContent> {
  const tags = new Map<string, ListedTag>();
  const names = client.tags(repository)[Symbol.asyncIterator]();
  async function ask(): Promise<void> {
    for (let next = await names.next(); next.done !== true; next = await names.next()) {
      const digest = await digestOf(client, repository, next.value);
      if (digest !== undefined) tags.set(next.value, { digest });
    }
  }
  await Promise.all(Array.from({ length: headsAtOnce }, ask));
  return { tags };
}

/** The digest a tag or digest points to now; undefined when there is no such thing (any more). */
export async function digestOf(
  client: RegistryClient,
  repository: string,
  reference: string,
): Promise<string | undefined> {
  try {
    return (await client.head(repository, reference)).digest;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The registry is there and does not let us. */
export function isRefusal(error: unknown): error is UserError {
  return error instanceof UserError && (error.code === 'registry-denied' || error.code === 'registry-unauthorized');
}

/** The registry cannot list what was asked for. */
export function isWithoutList(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'registry-api-missing';
}

/** There is no such thing (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof UserError && missing.has(error.code);
}

const missing = new Set(['manifest-unknown', 'repository-unknown']);
const indexTypes: ReadonlySet<string> = new Set([mediaTypes.ociIndex, mediaTypes.dockerIndex]);
const imageConfigs: ReadonlySet<string> = new Set([mediaTypes.ociConfig, mediaTypes.dockerConfig]);

function listedManifest(manifest: AcrManifest, tags: readonly string[] = []): ListedManifest {
  const { lastUpdateTime, os, architecture } = manifest;
  const artifactType = artifactTypeOf(manifest, tags);
  const isImage = artifactType === undefined && typeof os === 'string' && typeof architecture === 'string';
  return {
    ...(lastUpdateTime === undefined ? {} : { pushedAt: lastUpdateTime }),
    ...(isImage ? { platform: `${os}/${architecture}` } : {}),
    ...(artifactType === undefined ? {} : { artifactType }),
  };
}

/** Signatures, bills of materials and attestations are manifests as images are. Undefined: an image, as far as can be told. */
function artifactTypeOf(manifest: AcrManifest, tags: readonly string[]): string | undefined {
  const { mediaType, configMediaType, artifactType, os, architecture } = manifest;
  // BuildKit's attestations have the configuration of an image and this platform.
  if (os === 'unknown' && architecture === 'unknown') return artifactType ?? 'attestation';
  // OCI distribution-spec, "Referrers Tag Schema"; cosign's SIGNATURE_SPEC appends what it is.
  const schema = tags.length > 0 ? tags.map(referrersTag) : [undefined];
  if (schema.every((kind) => kind !== undefined)) return artifactType ?? schema[0];
  if (typeof mediaType === 'string' && indexTypes.has(mediaType)) return undefined;
  if (typeof configMediaType !== 'string' || imageConfigs.has(configMediaType)) return undefined;
  return artifactType ?? configMediaType;
}

function referrersTag(tag: string): string | undefined {
  const [, suffix] = /^sha256-[0-9a-f]{64}(?:\.(sig|att|sbom))?$/.exec(tag) ?? [];
  if (suffix !== undefined) return `cosign ${suffix}`;
  return /^sha256-[0-9a-f]{64}$/.test(tag) ? 'referrers' : undefined;
}
