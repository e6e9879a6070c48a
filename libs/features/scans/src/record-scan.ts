import type { Prisma, Transaction } from '@tidewaiter/db';
import type { ImageReading } from '@tidewaiter/engine';
import { refreshSummaries } from '@tidewaiter/features/matches';
import { platformText } from '@tidewaiter/contracts';
import { writeParts, type InventoryPart } from './inventory-parts';

/** One image of a scanned manifest with its parts, whose packages are recorded and judged. */
export interface ReadImage {
  readonly reading: ImageReading;
  readonly parts: readonly InventoryPart[];
}

/** Writes the images a manifest leads to. Returns their row ids, in the order given. */
export async function recordImages(
  tx: Transaction,
  {
    manifestId,
    mediaType,
    images,
    inventoryKey,
  }: { manifestId: number; mediaType: string; images: readonly ReadImage[]; inventoryKey: string },
): Promise<readonly number[]> {
  const ids: number[] = [];
  // In the order of digests, so that two scans that share images lock them in the same order.
  const sorted = [...images].sort((a, b) => (a.reading.descriptor.digest < b.reading.descriptor.digest ? -1 : 1));
  for (const { reading, parts } of sorted) {
    ids.push(await recordImage(tx, { reading, parts }, inventoryKey));
  }
  await refreshSummaries(tx, ids);
  await tx.manifest.update({ where: { id: manifestId }, data: { mediaType } });
  await tx.manifestImage.createMany({ data: ids.map((imageId) => ({ manifestId, imageId })), skipDuplicates: true });
  return ids;
}

/** A result that is worse than the one there is, of the same extractors, does not take its place. */
async function recordImage(tx: Transaction, { reading, parts }: ReadImage, inventoryKey: string): Promise<number> {
  const data = imageData(reading, inventoryKey);
  const { digest } = reading.descriptor;
  // Two repositories may hold the same image and be scanned at once: the row is made once, then locked.
  const { count } = await tx.image.createMany({ data: { digest, ...data }, skipDuplicates: true });
  await tx.$queryRaw`SELECT id FROM image WHERE digest = ${digest} FOR UPDATE`;
  const known = await tx.image.findUniqueOrThrow({ where: { digest } });
  const isWorse = known.state === 'scanned' && data.state !== 'scanned';
  if (isWorse && known.inventoryKey === inventoryKey) return known.id;
  const image = count === 1 ? known : await tx.image.update({ where: { digest }, data });
  await writeParts(tx, image.id, parts);
  return image.id;
}

function imageData(reading: ImageReading, inventoryKey: string) {
  const common = { mediaType: reading.descriptor.mediaType, inventoryKey, scannedAt: new Date() };
  const platform = reading.descriptor.platform;
  if (reading.kind !== 'inventory') {
    const { code: reasonCode, message: reason } = reading.reason;
    const named = platform === undefined ? null : platformText(platform);
    return { ...common, state: reading.kind, reasonCode, reason, platform: named };
  }
  const { image, layers, problems, complete } = reading.inventory;
  return {
    ...common,
    state: complete ? 'scanned' : 'partial',
    reasonCode: null,
    reason: null,
    configDigest: image.configDigest ?? null,
    platform: image.platform === undefined ? null : platformText(image.platform),
    osId: image.os?.id ?? null,
    osVersionId: image.os?.versionId ?? null,
    osPrettyName: image.os?.prettyName ?? null,
    imageCreatedAt: image.created ?? null,
    layers: layers.map((layer): Prisma.JsonObject => ({ ...layer })),
    problems: problems.map((problem): Prisma.JsonObject => ({ ...problem })),
  };
}
