import { z } from 'zod';

/**
 * The members of a list, each to be looked at by itself. `null` is how some programs write a list without any; what is no list at
 * all counts as one member, which then is not as it should be, so that it is said that something was not read.
 */
export function membersOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list;
}

export const members = z.unknown().optional().transform(membersOf);
