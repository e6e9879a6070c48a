import type { Transaction } from '@tidewaiter/db';
import { markPlaced } from '@tidewaiter/features/matches';
import { everyPlatform, platformScope } from './platform-scope';

interface FoundImages {
  readonly manifestId: number;
  readonly mediaType: string;
  readonly imageIds: readonly number[];
}

/**
 * Makes a manifest lead to its images, whose rows are locked. What rules say of a platform that is new there is written with it, so
 * that nobody is told of what they leave out; of the others a walk says it.
 */
export async function linkImages(tx: Transaction, { manifestId, mediaType, imageIds }: FoundImages): Promise<void> {
  await tx.manifest.update({ where: { id: manifestId }, data: { mediaType } });
  const scope = await platformScope(tx, manifestId);
  const images = await platformsOf(tx, scope === everyPlatform ? [] : imageIds);
  await tx.manifestImage.createMany({
    data: imageIds.map((imageId) => {
      const platform = images.get(imageId) ?? null;
      return { manifestId, imageId, excludedBy: platform === null ? null : (scope(platform) ?? null) };
    }),
    skipDuplicates: true,
  });
  await markPlaced(tx, imageIds);
}

async function platformsOf(tx: Transaction, imageIds: readonly number[]): Promise<ReadonlyMap<number, string | null>> {
  if (imageIds.length === 0) return new Map();
  const images = await tx.image.findMany({
    where: { id: { in: [...imageIds] } },
    select: { id: true, platform: true },
  });
  return new Map(images.map(({ id, platform }) => [id, platform]));
}
