import type { ScopeRule } from '@tidewaiter/config';
import { matchesGlob } from './glob';

/** What a rule is asked about: a tag of a repository, or a manifest without one. */
export interface ScopeEntry {
  /** Null for a manifest that no tag points to. */
  readonly tag: string | null;
  /** Unknown where the registry does not say. */
  readonly pushedAt?: Date | undefined;
  /** `linux/arm64`; unknown for an index as a whole. */
  readonly platform?: string | undefined;
}

export interface ScopeQuestion {
  readonly repository: string;
  /** All of the repository, so that the newest can be told; or the one that was pushed this moment. */
  readonly entries: readonly ScopeEntry[];
  readonly now: Date;
}

const dayMs = 86_400_000;

/**
 * The name of the rule that leaves each entry out, in the order of the entries; undefined for what is looked at. The first
 * rule that applies decides, and where none does the entry is in. What is not known of an entry never applies to it.
 */
export function scopeOf(rules: readonly ScopeRule[], question: ScopeQuestion): readonly (string | undefined)[] {
  const { entries, repository } = question;
  const decided = new Map<ScopeEntry, string | undefined>();
  for (const rule of rules) {
    if (rule.repositories !== undefined && !matchesAny(rule.repositories, repository)) continue;
    const open = entries.filter((entry) => !decided.has(entry) && isMeant(rule, entry, question.now));
    for (const entry of beyondNewest(open, rule.beyondNewest))
      decided.set(entry, rule.action === 'exclude' ? rule.rule : undefined);
  }
  return entries.map((entry) => decided.get(entry));
}

/** A platform of a manifest under one of its tags, or under none. */
export interface PlatformRow {
  readonly manifestId: number;
  readonly imageId: number;
  readonly tag: string | null;
  readonly platform: string;
}

/** A platform of a manifest is out when a rule that names platforms leaves it out under every tag on the manifest. */
export function excludedPlatforms(
  rules: readonly ScopeRule[],
  { rows, ...question }: Omit<ScopeQuestion, 'entries'> & { readonly rows: readonly PlatformRow[] },
): readonly { readonly manifestId: number; readonly imageId: number; readonly rule: string }[] {
  const naming = rules.filter(namesPlatforms);
  const excluded = scopeOf(naming, { ...question, entries: rows });
  const byImage = Map.groupBy(
    rows.map(({ manifestId, imageId }, index) => ({ manifestId, imageId, rule: excluded[index] })),
    ({ manifestId, imageId }) => `${String(manifestId)} ${String(imageId)}`,
  );
  return [...byImage.values()].flatMap((lines) => {
    const [first] = lines;
    const isOut = lines.every(({ rule }) => rule !== undefined);
    return first?.rule === undefined || !isOut ? [] : [{ ...first, rule: first.rule }];
  });
}

export function namesPlatforms({ platforms, beyondNewest }: ScopeRule): boolean {
  return platforms !== undefined && beyondNewest === undefined;
}

function isMeant(rule: ScopeRule, { tag, pushedAt, platform }: ScopeEntry, now: Date): boolean {
  if (rule.tags !== undefined && (tag === null || !matchesAny(rule.tags, tag))) return false;
  if (rule.untagged !== undefined && rule.untagged !== (tag === null)) return false;
  if (rule.platforms !== undefined && (platform === undefined || !matchesAny(rule.platforms, platform))) return false;
  if (rule.olderThanDays === undefined) return true;
  return pushedAt !== undefined && now.getTime() - pushedAt.getTime() > rule.olderThanDays * dayMs;
}

/** Of names, as people count: `build-10` comes after `build-9`. */
const byName = new Intl.Collator('en', { numeric: true });

/**
 * All but the newest so many. Equal times, as of what was first seen in one walk where the registry does not tell them, are told apart by
 * name: what counts further is newer.
 */
function beyondNewest(entries: readonly ScopeEntry[], count: number | undefined): readonly ScopeEntry[] {
  if (count === undefined) return entries;
  const known = entries.filter((entry) => entry.pushedAt !== undefined);
  return known.sort((a, b) => timeOf(b) - timeOf(a) || byName.compare(b.tag ?? '', a.tag ?? '')).slice(count);
}

function timeOf({ pushedAt }: ScopeEntry): number {
  return pushedAt?.getTime() ?? 0;
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => matchesGlob(pattern, text));
}
