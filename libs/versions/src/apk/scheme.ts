import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, compareText, isDigit } from '../digits';
import { endOfDigits } from '../runs';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** apk-package(5): digits{.digits}[letter]{_suffix[digits]}{~hex}{-rN} */
export type ApkVersion = readonly ApkToken[];

interface ApkToken {
  readonly kind: ApkTokenKind;
  readonly text: string;
  /** Position of a suffix word in `suffixes`; 0 for every other kind. */
  readonly suffixRank: number;
}

export const apk: VersionScheme<ApkVersion> = { id: 'apk', parse, compare };

/**
 * The order matters twice: a token may only be followed by one that stands at or after it, and where two versions have
 * different kinds at the same place, the one whose kind stands *later* is the lesser ("1.0", which ends, before "1.0-r0").
 */
const kinds = [
  'initial-digit',
  'digit',
  'letter',
  'suffix',
  'suffix-number',
  'commit-hash',
  'revision',
  'end',
] as const;
type ApkTokenKind = (typeof kinds)[number];
const kindRank = Object.fromEntries(kinds.map((kind, rank) => [kind, rank])) as Record<ApkTokenKind, number>;

/** The first four say "before the release", the others "after it". */
const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'];
const preReleaseSuffixCount = 4;

const end: ApkToken = { kind: 'end', text: '', suffixRank: 0 };

function parse(raw: string): Result<ApkVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const text = bounded.value;

  const tokens: ApkToken[] = [];
  let at = endOfDigits(text, 0);
  if (at === 0) return malformed(raw, 'it does not begin with a digit');
  tokens.push({ kind: 'initial-digit', text: text.slice(0, at), suffixRank: 0 });

  while (at < text.length) {
    const previous = tokens[tokens.length - 1]?.kind ?? 'initial-digit';
    const read = readToken(text, at, previous);
    if (read === undefined) return malformed(raw, `"${text.slice(at, at + 16)}" cannot follow here`);
    tokens.push(read.token);
    at = read.next;
  }
  tokens.push(end);
  return ok(tokens);
}

interface ReadToken {
  readonly token: ApkToken;
  readonly next: number;
}

function readToken(text: string, at: number, previous: ApkTokenKind): ReadToken | undefined {
  const code = text.charCodeAt(at);
  const afterDigits = previous === 'initial-digit' || previous === 'digit';
  if (code === 46) return afterDigits ? readDigits(text, at + 1, 'digit') : undefined;
  if (code >= 97 && code <= 122) {
    if (!afterDigits) return undefined;
    return { token: { kind: 'letter', text: text.charAt(at), suffixRank: 0 }, next: at + 1 };
  }
  if (isDigit(code)) return previous === 'suffix' ? readDigits(text, at, 'suffix-number') : undefined;
  if (code === 95) return kindRank[previous] <= kindRank['suffix-number'] ? readSuffix(text, at + 1) : undefined;
  if (code === 126) return kindRank[previous] < kindRank['commit-hash'] ? readHash(text, at + 1) : undefined;
  if (code === 45 && text.charCodeAt(at + 1) === 114 && kindRank[previous] < kindRank.revision) {
    return readDigits(text, at + 2, 'revision');
  }
  return undefined;
}

function readDigits(text: string, from: number, kind: ApkTokenKind): ReadToken | undefined {
  const next = endOfDigits(text, from);
  return next === from ? undefined : { token: { kind, text: text.slice(from, next), suffixRank: 0 }, next };
}

function readSuffix(text: string, from: number): ReadToken | undefined {
  let next = from;
  while (next < text.length && text.charCodeAt(next) >= 97 && text.charCodeAt(next) <= 122) next++;
  const word = text.slice(from, next);
  const suffixRank = suffixes.indexOf(word);
  return suffixRank === -1 ? undefined : { token: { kind: 'suffix', text: word, suffixRank }, next };
}

function readHash(text: string, from: number): ReadToken | undefined {
  let next = from;
  while (next < text.length && isLowerHex(text.charCodeAt(next))) next++;
  return next === from
    ? undefined
    : { token: { kind: 'commit-hash', text: text.slice(from, next), suffixRank: 0 }, next };
}

function compare(a: ApkVersion, b: ApkVersion): Order {
  for (let i = 0; ; i++) {
    const left = a[i] ?? end;
    const right = b[i] ?? end;
    if (left.kind !== right.kind) return compareKinds(left, right);
    if (left.kind === 'end') return 0;
    const order = compareTokens(left, right);
    if (order !== 0) return order;
  }
}

function compareKinds(a: ApkToken, b: ApkToken): Order {
  if (isPreRelease(a)) return -1;
  if (isPreRelease(b)) return 1;
  return kindRank[a.kind] > kindRank[b.kind] ? -1 : 1;
}

function compareTokens(a: ApkToken, b: ApkToken): Order {
  switch (a.kind) {
    case 'digit':
      // A leading zero makes it a decimal fraction: 1.02 is less than 1.1.
      return a.text.startsWith('0') || b.text.startsWith('0')
        ? compareText(a.text, b.text)
        : compareDigits(a.text, b.text);
    case 'suffix':
      if (a.suffixRank === b.suffixRank) return 0;
      return a.suffixRank < b.suffixRank ? -1 : 1;
    case 'letter':
    case 'commit-hash':
      return compareText(a.text, b.text);
    default:
      return compareDigits(a.text, b.text);
  }
}

function isPreRelease(token: ApkToken): boolean {
  return token.kind === 'suffix' && token.suffixRank < preReleaseSuffixCount;
}

function isLowerHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102);
}
