import { platformText, type Descriptor, type Platform } from '@tidewaiter/contracts';
import {
  isAttestation,
  isSamePlatform,
  parsePlatform,
  platformMatches,
  platformOf,
  type ConfigDocument,
  type ImageDocument,
  type Limits,
  type ManifestDocument,
  type Refusal,
} from '@tidewaiter/image';
import { UserError, type Result } from '@tidewaiter/kit';

export type SelectedImage =
  | { readonly kind: 'image'; readonly descriptor: Descriptor; readonly manifest: ManifestDocument }
  | { readonly kind: 'unsupported' | 'failed'; readonly descriptor: Descriptor; readonly reason: Refusal };

export interface SelectionOptions {
  readonly platform: string | undefined;
  readonly limits: Limits;
  fetch(descriptor: Descriptor): Promise<Result<ImageDocument, Refusal>>;
  config(manifest: ManifestDocument): Promise<Result<ConfigDocument, Refusal>>;
}

/** The manifests that a target stands for. An index may hold further indexes; each manifest comes once, in the order stated. */
export async function imagesOf(target: Descriptor, options: SelectionOptions): Promise<readonly SelectedImage[]> {
  const wanted =
    options.platform === undefined || options.platform === 'all' ? undefined : parsePlatform(options.platform);
  const document = await options.fetch(target);
  if (!document.ok) return [refused(target, document.error)];
  if (document.value.kind === 'manifest') {
    const image: SelectedImage = { kind: 'image', descriptor: target, manifest: document.value.manifest };
    if (wanted === undefined || (await fits(image, wanted, options)) !== false) return [image];
    throw notFound(options.platform ?? '', [target.platform]);
  }
  const entries = await expand(document.value.index.manifests, options);
  if (options.platform === 'all') return open(entries, options);
  return chosen(entries, wanted, options);
}

type Entry = { readonly kind: 'manifest'; readonly descriptor: Descriptor } | Exclude<SelectedImage, { kind: 'image' }>;

/** Flattens nested indexes. Depth and number are limited, and a digest already seen is not followed again. */
async function expand(top: readonly Descriptor[], options: SelectionOptions): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  const visit = async (descriptors: readonly Descriptor[], depth: number): Promise<void> => {
    for (const descriptor of descriptors) {
      if (seen.has(descriptor.digest)) continue;
      seen.add(descriptor.digest);
      if (seen.size > options.limits.manifests) throw tooMany(options.limits);
      if (isAttestation(descriptor)) {
        const reason = { code: 'manifest-attestation', message: 'it is a build attestation and not a container image' };
        entries.push({ kind: 'unsupported', descriptor, reason });
      } else if (!mayBeIndex(descriptor.mediaType)) {
        entries.push({ kind: 'manifest', descriptor });
      } else if (depth >= options.limits.indexDepth) {
        const reason = {
          code: 'index-too-deep',
          message: `indexes are nested more than ${options.limits.indexDepth} deep`,
        };
        entries.push({ kind: 'failed', descriptor, reason });
      } else {
        const inner = await options.fetch(descriptor);
        if (!inner.ok) entries.push(refused(descriptor, inner.error));
        else if (inner.value.kind === 'index') await visit(inner.value.index.manifests, depth + 1);
        else entries.push({ kind: 'manifest', descriptor });
      }
    }
  };
  await visit(top, 1);
  return entries;
}

async function open(entries: readonly Entry[], options: SelectionOptions): Promise<readonly SelectedImage[]> {
  const images: SelectedImage[] = [];
  for (const entry of entries)
    images.push(entry.kind === 'manifest' ? await openManifest(entry.descriptor, options) : entry);
  return images;
}

async function openManifest(descriptor: Descriptor, options: SelectionOptions): Promise<SelectedImage> {
  const document = await options.fetch(descriptor);
  if (!document.ok) return refused(descriptor, document.error);
  if (document.value.kind === 'manifest') return { kind: 'image', descriptor, manifest: document.value.manifest };
  const reason = {
    code: 'manifest-ambiguous',
    message: `it is an index, which its media type "${descriptor.mediaType}" does not say`,
  };
  return { kind: 'failed', descriptor, reason };
}

const usualPlatform: Platform = { os: 'linux', architecture: 'amd64' };

/**
 * OCI image-index.md: if several entries match, the first one wins. One for newer processors only (amd64/v3) matches as well, but no
 * runtime takes it where there is one for all.
 */
async function chosen(
  entries: readonly Entry[],
  wanted: Platform | undefined,
  options: SelectionOptions,
): Promise<readonly SelectedImage[]> {
  const manifests = entries.filter((entry) => entry.kind === 'manifest');
  const target = wanted ?? usualPlatform;
  const fitting = manifests.filter(
    ({ descriptor }) => descriptor.platform !== undefined && platformMatches(target, descriptor.platform),
  );
  const exact = fitting.find(
    ({ descriptor }) => descriptor.platform !== undefined && isSamePlatform(target, descriptor.platform),
  );
  const stated = exact ?? fitting[0];
  if (stated !== undefined) return [await openManifest(stated.descriptor, options)];
  for (const { descriptor } of manifests.filter((entry) => entry.descriptor.platform === undefined)) {
    const image = await openManifest(descriptor, options);
    if ((await fits(image, target, options)) === true) return [image];
  }
  const first = manifests[0];
  if (wanted === undefined && first !== undefined) return [await openManifest(first.descriptor, options)];
  if (wanted === undefined) return open(entries, options);
  throw notFound(
    options.platform ?? '',
    manifests.map(({ descriptor }) => descriptor.platform),
  );
}

/** Undefined when the image does not say. */
async function fits(image: SelectedImage, wanted: Platform, options: SelectionOptions): Promise<boolean | undefined> {
  if (image.kind !== 'image') return undefined;
  const config = await options.config(image.manifest);
  const platform = config.ok ? platformOf(config.value) : undefined;
  return platform === undefined ? undefined : platformMatches(wanted, platform);
}

/** One without a type is told by its body. */
function mayBeIndex(mediaType: string): boolean {
  return mediaType === '' || mediaType.includes('image.index') || mediaType.includes('manifest.list');
}

/** Documents that are sound but no image are unsupported; documents that are not sound failed. */
function refused(descriptor: Descriptor, reason: Refusal): Exclude<SelectedImage, { kind: 'image' }> {
  const isSound = reason.code === 'manifest-schema-1' || reason.code === 'manifest-unknown';
  return { kind: isSound ? 'unsupported' : 'failed', descriptor, reason };
}

function notFound(platform: string, offered: readonly (Platform | undefined)[]): UserError {
  const list = offered.map((entry) => (entry === undefined ? 'unstated' : platformText(entry)));
  return new UserError(
    'platform-not-found',
    `There is no image for ${platform}. There are: ${[...new Set(list)].join(', ') || 'none'}.`,
  );
}

function tooMany(limits: Limits): UserError {
  return new UserError('index-too-large', `The index holds more than ${limits.manifests} manifests.`);
}
