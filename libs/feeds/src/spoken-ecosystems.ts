import { ecosystemBase } from '@tidewaiter/contracts';
import type { Feed } from './feed';

/**
 * Of the ecosystems that records of these parts speak of, those that are spoken of as a whole. A record of OSV's part `npm` may name a
 * package of Hex too, which says nothing of the other packages of Hex: what speaks of an ecosystem is the part of its name, or one that
 * is named after none.
 */
export function ecosystemsSpokenFor(
  { covers }: Pick<Feed, 'covers'>,
  parts: readonly string[],
  ecosystems: Iterable<string>,
): readonly string[] {
  const isOfAll = parts.some((part) => !covers.includes(part));
  return [...ecosystems].filter((ecosystem) => isOfAll || parts.includes(ecosystemBase(ecosystem)));
}
