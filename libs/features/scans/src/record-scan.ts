import { platformText } from '@tidewaiter/contracts';
import { jsonbValue, postgresText, type Transaction } from '@tidewaiter/db';
import type { ImageReading } from '@tidewaiter/engine';
import { holdVerdicts, writeSummaries } from '@tidewaiter/features/matches';
import { writeParts, type InventoryPart } from './inventory-parts';
import { layerChains } from './layer-chains';
import { linkImages } from './link-images';

/** One image of a scanned manifest with its parts, whose packages are recorded and judged. */
export interface ReadImage {
  readonly reading: ImageReading;
  readonly parts: readonly InventoryPart[];
}

export interface RecordedImages {
  /** In the order of their digests. */
  readonly imageIds: readonly number[];
  /** Why the result of an image was not taken, one line each: what is known of it is better. */
  readonly kept: readonly string[];
  /** Of an image that was taken, something could not be had. */
  readonly isLacking: boolean;
}

/** Writes the images a manifest leads to, with the findings they have at this moment. */
export async function recordImages(
  tx: Transaction,
  {
    manifestId,
    mediaType,
    images,
    inventoryKey,
  }: { manifestId: number; mediaType: string; images: readonly ReadImage[]; inventoryKey: string },
): Promise<RecordedImages> {
  const imageIds: number[] = [];
  const kept: string[] = [];
  let isLacking = false;
  // In the order of digests, so that two scans that share images lock them in the same order.
  const sorted = [...images].sort((a, b) => (a.reading.descriptor.digest < b.reading.descriptor.digest ? -1 : 1));
  for (const image of sorted) {
    const recorded = await recordImage(tx, image, inventoryKey);
    imageIds.push(recorded.id);
    if (recorded.isKept) kept.push(`${image.reading.descriptor.digest}: ${whyWorse(image.reading)}`);
    else isLacking ||= lacksContent(image.reading);
  }
  await holdVerdicts(
    tx,
    images.flatMap(({ parts }) => parts.flatMap((part) => part.packageIds)),
  );
  await writeSummaries(tx, imageIds);
  await linkImages(tx, { manifestId, mediaType, imageIds });
  return { imageIds, kept, isLacking };
}

async function recordImage(
  tx: Transaction,
  { reading, parts }: ReadImage,
  inventoryKey: string,
): Promise<{ id: number; isKept: boolean }> {
  const data = imageData(reading, inventoryKey);
  const { digest } = reading.descriptor;
  // Two repositories may hold the same image and be scanned at once: the row is made once, then locked.
  const { count } = await tx.image.createMany({ data: { digest, ...data }, skipDuplicates: true });
  await tx.$queryRaw`SELECT id FROM image WHERE digest = ${digest} FOR NO KEY UPDATE`;
  const known = await tx.image.findUniqueOrThrow({ where: { digest } });
  // Whoever wanted it has read it.
  if (count === 0 && reading.kind === 'left-out') return { id: known.id, isKept: false };
  if (count === 0 && isWorse(reading, data.state, known, inventoryKey)) return { id: known.id, isKept: true };
  if (count === 0) await tx.image.update({ where: { digest }, data });
  await writeParts(tx, known.id, parts);
  return { id: known.id, isKept: false };
}

const rank: Readonly<Record<string, number>> = { scanned: 2, partial: 1 };

/**
 * The bytes behind a digest never change, so a result that is worse than the last one tells of a bad day and not of the
 * image. Only other extractors may find, for good, that something cannot be read.
 */
function isWorse(
  reading: ImageReading,
  state: string,
  known: { readonly state: string; readonly inventoryKey: string },
  inventoryKey: string,
): boolean {
  if ((rank[state] ?? 0) >= (rank[known.state] ?? 0)) return false;
  if (known.inventoryKey === inventoryKey) return true;
  return reading.kind === 'inventory' ? reading.retryable : reading.kind === 'failed';
}

/** Not all of it could be had, which is nothing that is in it. */
function lacksContent(reading: ImageReading): boolean {
  if (reading.kind === 'inventory') return reading.lacksLayers;
  return reading.kind === 'failed' && reading.reason.isUnavailable === true;
}

function whyWorse(reading: ImageReading): string {
  if (reading.kind !== 'inventory') return reading.reason.message;
  return reading.inventory.problems[0]?.message ?? 'something in it was not read';
}

function imageData(reading: ImageReading, inventoryKey: string) {
  const common = { mediaType: reading.descriptor.mediaType, inventoryKey, scannedAt: new Date() };
  const platform = reading.kind === 'left-out' ? reading.platform : reading.descriptor.platform;
  if (reading.kind !== 'inventory') {
    const { code: reasonCode, message: reason } = reading.reason;
    const named = platform === undefined ? null : postgresText(platformText(platform));
    const state = reading.kind === 'left-out' ? 'unscanned' : reading.kind;
    return { ...common, state, reasonCode, reason: postgresText(reason), platform: named };
  }
  const { image, layers, problems, complete } = reading.inventory;
  return {
    ...common,
    state: complete ? 'scanned' : 'partial',
    reasonCode: null,
    reason: null,
    configDigest: image.configDigest ?? null,
    platform: image.platform === undefined ? null : postgresText(platformText(image.platform)),
    osId: text(image.os?.id),
    osVersionId: text(image.os?.versionId),
    osPrettyName: text(image.os?.prettyName),
    imageCreatedAt: text(image.created),
    layers: jsonbValue(layers),
    ...chainColumns(layers.map(({ diffId }) => diffId)),
    baseName: text(image.base?.name),
    baseDigest: text(image.base?.digest),
    problems: jsonbValue(problems),
  };
}

function chainColumns(diffIds: readonly string[]) {
  const chains = [...layerChains(diffIds)];
  return { chains, chain: chains.at(-1) ?? null };
}

/** Written by whoever built the image. */
function text(value: string | undefined): string | null {
  return value === undefined ? null : postgresText(value);
}
