import type { Descriptor, ImageSource, Inventory, Platform, Problem } from '@tidewaiter/contracts';
import type { Extractor } from '@tidewaiter/extractors';
import {
  archiveManifestType,
  artifactRefusal,
  artifactTypeOf,
  defaultLimits,
  imageConfigOf,
  instructionsOf,
  isUntyped,
  platformOf,
  readConfig,
  readDocument,
  refusalOfLayer,
  refusalOfManifest,
  type ConfigDocument,
  type ImageDocument,
  type Limits,
  type ManifestDocument,
  type Refusal,
} from '@tidewaiter/image';
import { err, messageOf, OperationalError, UserError, type Result } from '@tidewaiter/kit';
import { boundedMap } from './bounded-map';
import { extractorsFor } from './extractors-for';
import { costOf, costOfFailure, ImageBudget, noCost, type LayerCost } from './image-budget';
import { buildInventory } from './inventory';
import type { Alias } from './layers/evidence-collector';
import { layerSlot, noLayerCache, type LayerCache } from './layers/layer-cache';
import type { LayerEvidence } from './layers/layer-evidence.schema';
import { readLayerHere, type LayerInput, type LayerReader } from './layers/read-layer';
import { overlay } from './overlay/overlay';
import { ReadingProgress, type ReadProgress } from './reading-progress';
import { imagesOf } from './select-images';

export interface ReadImageOptions {
  /** `os/architecture[/variant]`, or `all`. Without it linux/amd64, or the first image when there is none. */
  readonly platform?: string | undefined;
  readonly cache?: LayerCache | undefined;
  readonly limits?: Limits | undefined;
  /** Also what lock files name: a project asked for it, and it may or may not be in the image. */
  readonly lockFiles?: boolean | undefined;
  /** Who reads the layers; the caller's own thread without it. */
  readonly readLayer?: LayerReader | undefined;
  /** Layers read at the same time. */
  readonly concurrency?: number | undefined;
  /** Whether images of a platform, as their config states it, are not wanted: no layer of theirs is pulled. */
  readonly leavesOut?: ((platform: Platform) => boolean) | undefined;
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of one manifest. Expected failures are answers; only what nobody can act on here is thrown. */
export type ImageReading =
  | {
      readonly kind: 'inventory';
      readonly descriptor: Descriptor;
      readonly inventory: Inventory;
      /** Of what the target resolved to: the image itself, or the index that it was chosen from. */
      readonly targetDigest: string;
      /** A layer is missing because the other side failed just now: reading again later may give more. */
      readonly retryable: boolean;
      /** A layer is missing because it could not be had, for that or any other reason that is not in the layer. */
      readonly lacksLayers: boolean;
    }
  /** Recognised as something that is not scanned: an artifact, an attestation, a Windows image, schema 1. */
  | {
      readonly kind: 'unsupported';
      readonly descriptor: Descriptor;
      readonly reason: Refusal;
      readonly attachment?: Attachment;
    }
  /** Nobody wants its platform. */
  | {
      readonly kind: 'left-out';
      readonly descriptor: Descriptor;
      readonly reason: Refusal;
      readonly platform: Platform;
    }
  /** Should have been an image and is not sound: wrong digest, malformed document. */
  | { readonly kind: 'failed'; readonly descriptor: Descriptor; readonly reason: Refusal };

/** What an artifact says of itself: OCI image-spec manifest.md, "subject" and "Guidelines for Artifact Usage". */
export interface Attachment {
  /** Digest of the manifest it is attached to. */
  readonly subject: string;
  readonly artifactType: string;
}

interface Reading {
  readonly source: ImageSource;
  readonly targetDigest: string;
  readonly options: ReadImageOptions;
  readonly limits: Limits;
  readonly cache: LayerCache;
  readonly extractors: readonly Extractor[];
}

/**
 * Reads what a target names: one image, or the images of an index. Nothing is pulled twice, and no layer at all whose result the
 * cache has. Throws UserError when the target or the platform does not exist, OperationalError when its documents cannot be had.
 */
export async function readImage(source: ImageSource, options: ReadImageOptions = {}): Promise<ImageReading[]> {
  const target = await source.resolve();
  const reading: Reading = {
    source,
    targetDigest: target.digest,
    options,
    limits: options.limits ?? defaultLimits,
    cache: options.cache ?? noLayerCache,
    extractors: extractorsFor(options),
  };
  const readings: ImageReading[] = [];
  const images = await imagesOf(target, {
    platform: options.platform,
    limits: reading.limits,
    fetch: (descriptor) => fetchDocument(reading, descriptor),
    config: (manifest) => fetchConfig(reading, manifest),
  });
  for (const image of images) {
    readings.push(image.kind === 'image' ? await readManifest(reading, image.descriptor, image.manifest) : image);
  }
  return readings;
}

/** A layout may leave documents out that its index names: that is an answer about this image, and the others are read. */
async function orRefusal<T>(fetching: Promise<Result<T, Refusal>>): Promise<Result<T, Refusal>> {
  try {
    return await fetching;
  } catch (error) {
    if (error instanceof UserError) {
      return err({ code: error.code, message: withoutPeriod(error.message), isUnavailable: true });
    }
    throw error;
  }
}

function fetchDocument(reading: Reading, descriptor: Descriptor): Promise<Result<ImageDocument, Refusal>> {
  return orRefusal((async () => readDocument(await reading.source.manifest(descriptor), descriptor, reading.limits))());
}

function fetchConfig(reading: Reading, manifest: ManifestDocument): Promise<Result<ConfigDocument, Refusal>> {
  return orRefusal(readConfigBlob(reading, manifest));
}

async function readConfigBlob(reading: Reading, manifest: ManifestDocument): Promise<Result<ConfigDocument, Refusal>> {
  const { config } = manifest;
  if (config.size > reading.limits.documentBytes) {
    return err({ code: 'config-too-large', message: `its image config has ${config.size} bytes` });
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of await reading.source.blob(config)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > config.size) break;
  }
  return readConfig(Buffer.concat(chunks), config, reading.limits);
}

async function readManifest(
  reading: Reading,
  descriptor: Descriptor,
  manifest: ManifestDocument,
): Promise<ImageReading> {
  const refusal = refusalOfManifest(manifest, reading.limits);
  if (refusal !== undefined) return unsupported(descriptor, manifest, refusal);
  const config = await fetchConfig(reading, manifest);
  if (!config.ok && config.error.code === 'config-invalid' && isUntyped(manifest)) {
    return unsupported(descriptor, manifest, artifactRefusal(manifest));
  }
  if (!config.ok) return { kind: 'failed', descriptor, reason: config.error };
  const platform = platformOf(config.value);
  if (platform?.os === 'windows') {
    // Rules that name platforms are for it as well, also where no index says what it is.
    const stated = { ...descriptor, platform: descriptor.platform ?? platform };
    const reason = { code: 'platform-windows', message: 'it is a Windows image' };
    return { kind: 'unsupported', descriptor: stated, reason };
  }
  if (platform !== undefined && reading.options.leavesOut?.(platform) === true) {
    return { kind: 'left-out', descriptor, reason: leftOut, platform };
  }
  const diffIds = config.value.rootfs.diff_ids ?? [];
  if (diffIds.length !== manifest.layers.length) {
    const message = `it has ${manifest.layers.length} layers where its image config has ${diffIds.length}`;
    return { kind: 'failed', descriptor, reason: { code: 'config-layers-mismatch', message } };
  }
  return readLayers(reading, { descriptor, manifest, config: config.value, platform, diffIds });
}

function unsupported(descriptor: Descriptor, manifest: ManifestDocument, reason: Refusal): ImageReading {
  const { subject } = manifest;
  const attached = subject && { attachment: { subject: subject.digest, artifactType: artifactTypeOf(manifest) } };
  return { kind: 'unsupported', descriptor, reason, ...attached };
}

const leftOut: Refusal = { code: 'platform-left-out', message: 'its platform was left out when it was looked at' };

interface ImageParts {
  readonly descriptor: Descriptor;
  readonly manifest: ManifestDocument;
  readonly config: ConfigDocument;
  readonly platform: Platform | undefined;
  readonly diffIds: readonly string[];
}

async function readLayers(reading: Reading, image: ImageParts): Promise<ImageReading> {
  let aliases: readonly Alias[] = [];
  const deadline = performance.now() + reading.limits.imageMs;
  for (;;) {
    const results = await layerResults(reading, image, aliases, new ImageBudget(reading.limits, deadline));
    const evidence = results.map((result) => (result.ok ? result.value : undefined));
    const merged = overlay(evidence, { extractors: reading.extractors, limits: reading.limits });
    const more = merged.unread.filter((alias) => !aliases.some((known) => known.real === alias.real));
    // Links were found that lead to places nobody asked for: the layers are read once more with these.
    if (more.length > 0 && aliases.length === 0) {
      aliases = more;
      continue;
    }
    const inventory = buildInventory({
      image: identityOf(image),
      layers: layerRefs(image),
      merged,
      problems: [...results.flatMap(problemsOf(image)), ...more.map(behindLink)],
    });
    const retryable = results.some((result) => !result.ok && result.error.retryable);
    const lacksLayers = results.some((result) => !result.ok && result.error.isUnavailable);
    const { targetDigest } = reading;
    return { kind: 'inventory', descriptor: image.descriptor, inventory, targetDigest, retryable, lacksLayers };
  }
}

interface LayerFailure {
  readonly problem: Problem;
  readonly retryable: boolean;
  readonly isUnavailable: boolean;
  /** It is what its bytes are, or what it costs to read them. */
  readonly wasRead?: true;
}

type LayerOutcome = Result<LayerEvidence, LayerFailure>;

async function layerResults(
  reading: Reading,
  image: ImageParts,
  aliases: readonly Alias[],
  budget: ImageBudget,
): Promise<LayerOutcome[]> {
  const { layers } = image.manifest;
  const { concurrency = 3, onProgress } = reading.options;
  const progress = onProgress && new ReadingProgress(image.descriptor.digest, layers, onProgress);
  // The largest first: what takes longest must not be begun last.
  const turns = [...layers.entries()].sort(([, a], [, b]) => b.size - a.size);
  const outcomes = await boundedMap(turns, concurrency, async ([index, layer], turn): Promise<LayerOutcome> => {
    const read = (open: LayerInput['open']) =>
      layerResult(reading, { descriptor: layer, diffId: image.diffIds[index] ?? '', open }, aliases);
    const refusal = budget.refusalToBegin(turn);
    if (refusal !== undefined) return err(unread(layer, refusal, false));
    const open = () => reading.source.blob(layer);
    const outcome = await (progress === undefined ? read(open) : progress.follow(layer, open, read));
    budget.spend(turn, outcome.ok ? costOf(outcome.value) : failureCost(outcome.error, layer, reading.limits));
    return outcome;
  });
  const results: LayerOutcome[] = [];
  for (const [turn, [index, layer]] of turns.entries()) {
    const refusal = budget.refusalToCount(turn);
    const outcome = outcomes[turn];
    if (refusal !== undefined) results[index] = err(unread(layer, refusal, false));
    else if (outcome !== undefined) results[index] = outcome;
  }
  return results;
}

function failureCost({ wasRead }: LayerFailure, { size }: Descriptor, limits: Limits): LayerCost {
  return wasRead === true ? costOfFailure(size, limits) : noCost;
}

interface LayerToRead {
  readonly descriptor: Descriptor;
  readonly diffId: string;
  readonly open: LayerInput['open'];
}

async function layerResult(
  reading: Reading,
  { descriptor: layer, diffId, open }: LayerToRead,
  aliases: readonly Alias[],
): Promise<LayerOutcome> {
  const { cache, limits, options, extractors } = reading;
  const slot = layerSlot(diffId, extractors, limits, aliases);
  const { readLayer = readLayerHere, lockFiles, signal } = options;
  const read = async (): Promise<LayerOutcome> => {
    const refusal = refusalOfLayer(layer.mediaType);
    if (refusal !== undefined) return err(unread(layer, refusal, false));
    const result = await readLayer(
      { open, digest: layer.digest, sizeBytes: layer.size, diffId },
      { limits, aliases, lockFiles, signal },
    );
    return result.ok ? result : err({ problem: result.error, retryable: false, isUnavailable: false, wasRead: true });
  };
  try {
    return await cache.getOrRead(slot, read);
  } catch (error) {
    // Told to stop: that is nothing about the layer.
    signal?.throwIfAborted();
    // One layer that cannot be had never stops the others; whether to come back for it is the caller's decision.
    if (error instanceof UserError) {
      return err(unread(layer, { code: error.code, message: error.message, isUnavailable: true }, false));
    }
    if (error instanceof OperationalError) {
      return err(unread(layer, { code: 'layer-unavailable', message: messageOf(error), isUnavailable: true }, true));
    }
    throw error;
  }
}

function unread(layer: Descriptor, reason: Refusal, retryable: boolean): LayerFailure {
  const problem = {
    code: reason.code,
    message: `Layer ${layer.digest} was not read: ${withoutPeriod(reason.message)}.`,
    layer: layer.digest,
  };
  return { problem, retryable, isUnavailable: reason.isUnavailable === true };
}

function problemsOf(image: ImageParts): (result: LayerOutcome, index: number) => readonly Problem[] {
  return (result, index) => {
    if (!result.ok) return [result.error.problem];
    const layer = image.manifest.layers[index]?.digest ?? '';
    return result.value.problems.map((problem) => ({ ...problem, layer }));
  };
}

function behindLink(alias: Alias): Problem {
  return {
    code: 'evidence-behind-link',
    message: `"${alias.as}" is a link to "${alias.real}", which leads on to another link; it was not read.`,
    path: alias.as,
  };
}

function identityOf(image: ImageParts): Inventory['image'] {
  const { descriptor, manifest, config, platform } = image;
  const isArchive = manifest.mediaType === archiveManifestType;
  return {
    digest: isArchive ? manifest.config.digest : descriptor.digest,
    configDigest: manifest.config.digest,
    ...(platform === undefined ? {} : { platform }),
    ...(typeof config.created === 'string' ? { created: config.created } : {}),
    config: imageConfigOf(config),
    ...baseOf({ ...imageConfigOf(config).labels, ...manifest.annotations }),
  };
}

/** OCI image-spec annotations.md, "Pre-Defined Annotation Keys"; builders write them as labels as well. */
function baseOf(annotations: Readonly<Record<string, string>>): Pick<Inventory['image'], 'base'> {
  const name = annotations['org.opencontainers.image.base.name'];
  const digest = annotations['org.opencontainers.image.base.digest'];
  if (name === undefined && digest === undefined) return {};
  return { base: { ...(name === undefined ? {} : { name }), ...(digest === undefined ? {} : { digest }) } };
}

function layerRefs(image: ImageParts): Inventory['layers'] {
  const isArchive = image.manifest.mediaType === archiveManifestType;
  const instructions = instructionsOf(image.config, image.manifest.layers.length);
  return image.manifest.layers.map((layer, index) => {
    const createdBy = instructions[index];
    return {
      index,
      ...(isArchive ? {} : { digest: layer.digest }),
      diffId: image.diffIds[index] ?? '',
      ...(createdBy === undefined ? {} : { createdBy }),
      sizeBytes: layer.size,
    };
  });
}

/** Our sentences end with one period, whatever they are made of. */
function withoutPeriod(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message;
}
