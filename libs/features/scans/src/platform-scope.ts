import { ScopeRules } from '@tidewaiter/config';
import type { Transaction } from '@tidewaiter/db';
import { excludedPlatforms } from '@tidewaiter/features/registries';

/** The rule that leaves a platform (`linux/arm64`) out; undefined when none does. */
export type PlatformScope = (platform: string) => string | undefined;

export const everyPlatform: PlatformScope = () => undefined;

/** What the rules of its registry say of the platforms of a manifest, under all the tags that are on it now. */
export async function platformScope(tx: Transaction, manifestId: number): Promise<PlatformScope> {
  const { repository, tags } = await tx.manifest.findUniqueOrThrow({
    where: { id: manifestId },
    select: {
      repository: { select: { name: true, registry: { select: { scope: true } } } },
      tags: { where: { deletedAt: null }, select: { name: true } },
    },
  });
  const rules = ScopeRules.parse(repository.registry.scope);
  if (rules.length === 0) return everyPlatform;
  const names = tags.length === 0 ? [null] : tags.map(({ name }) => name);
  const question = { repository: repository.name, now: new Date() };
  return (platform) => {
    const rows = names.map((tag) => ({ manifestId, imageId: 0, tag, platform }));
    return excludedPlatforms(rules, { ...question, rows })[0]?.rule;
  };
}
