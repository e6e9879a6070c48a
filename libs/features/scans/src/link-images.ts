import { ScopeRules } from '@tidewaiter/config';
import type { Transaction } from '@tidewaiter/db';
import { excludedPlatforms } from '@tidewaiter/features/registries';

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
  const excluded = await rulesAgainst(tx, { manifestId, imageIds });
  await tx.manifestImage.createMany({
    data: imageIds.map((imageId) => ({ manifestId, imageId, excludedBy: excluded.get(imageId) ?? null })),
    skipDuplicates: true,
  });
}

/** The rules that leave images of a manifest out for their platform, by image. */
async function rulesAgainst(
  tx: Transaction,
  { manifestId, imageIds }: Omit<FoundImages, 'mediaType'>,
): Promise<ReadonlyMap<number, string>> {
  const { repository, tags } = await tx.manifest.findUniqueOrThrow({
    where: { id: manifestId },
    select: {
      repository: { select: { name: true, registry: { select: { scope: true } } } },
      tags: { where: { deletedAt: null }, select: { name: true } },
    },
  });
  const rules = ScopeRules.parse(repository.registry.scope);
  if (rules.length === 0) return new Map();
  const images = await tx.image.findMany({
    where: { id: { in: [...imageIds] } },
    select: { id: true, platform: true },
  });
  const names = tags.length === 0 ? [null] : tags.map(({ name }) => name);
  const rows = images.flatMap(({ id: imageId, platform }) =>
    platform === null ? [] : names.map((tag) => ({ manifestId, imageId, tag, platform })),
  );
  const excluded = excludedPlatforms(rules, { repository: repository.name, rows, now: new Date() });
  return new Map(excluded.map(({ imageId, rule }) => [imageId, rule]));
}
