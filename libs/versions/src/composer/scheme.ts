import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** What Composer's normalisation leaves: numbers and stability words, `1.2-beta3` -> 1 2 0 0 beta 3. */
export type ComposerVersion = readonly ComposerToken[];

interface ComposerToken {
  /** Position of its kind in `kinds`. */
  readonly rank: number;
  /** Empty for words. */
  readonly digits: string;
}

export const composer: VersionScheme<ComposerVersion> = { id: 'composer', parse, compare };

/**
 * PHP's version_compare ranks what stands at one place so. It does not know the word "stable" and puts it before all;
 * Composer removes it, unless it is written with capitals.
 */
const kinds = ['stable', 'dev', 'alpha', 'beta', 'rc', 'end', 'number', 'patch'] as const;
type Kind = (typeof kinds)[number];

const modifier = String.raw`[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d)*))?([.-]?dev)?`;
const classic = new RegExp(String.raw`^v?(\d{1,5})(\.\d+)?(\.\d+)?(\.\d+)?${modifier}$`, 'i');
const date = new RegExp(String.raw`^v?(\d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3})?)${modifier}$`, 'i');
const branch = /^v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?$/i;
const fullNames: Readonly<Record<string, Kind>> = {
  stable: 'stable',
  a: 'alpha',
  alpha: 'alpha',
  b: 'beta',
  beta: 'beta',
  rc: 'rc',
  p: 'patch',
  pl: 'patch',
  patch: 'patch',
};

function parse(raw: string): Result<ComposerVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const text = bounded.value.replace(/@(?:stable|rc|beta|alpha|dev)$/i, '');
  if (/^dev-/i.test(text) || ['master', 'trunk', 'default'].includes(text)) {
    return malformed(raw, 'it is a branch, and branches have no order');
  }
  const version = text.replace(/^([^,\s+]+)\+\S+$/, '$1');
  const tokens = releaseTokens(version) ?? branchTokens(version);
  return tokens === undefined ? malformed(raw, 'expected up to four numbers, or a date, and a stability') : ok(tokens);
}

function releaseTokens(version: string): readonly ComposerToken[] | undefined {
  const numbered = classic.exec(version);
  if (numbered !== null) {
    const [, major = '', minor = '.0', patch = '.0', build = '.0', word, wordNumber, dev] = numbered;
    return withModifiers(`${major}${minor}${patch}${build}`, word, wordNumber, dev);
  }
  const dated = date.exec(version);
  if (dated === null) return undefined;
  const [, numbers = '', word, wordNumber, dev] = dated;
  return withModifiers(numbers, word, wordNumber, dev);
}

function withModifiers(numbers: string, word = '', wordNumber = '', dev = ''): readonly ComposerToken[] {
  const tokens = numbersIn(numbers);
  if (word === 'stable') return tokens;
  const kind = fullNames[word.toLowerCase()];
  return [
    ...tokens,
    ...(kind === undefined ? [] : [wordToken(kind), ...numbersIn(wordNumber)]),
    ...(dev === '' ? [] : [wordToken('dev')]),
  ];
}

/** A branch named like a version, `2.1.x-dev`, counts as the last version it could hold. */
function branchTokens(version: string): readonly ComposerToken[] | undefined {
  const match = branch.exec(/^(.*?)[.-]?dev$/i.exec(version)?.[1]?.trim() ?? '');
  if (match === null) return undefined;
  const numbers = [1, 2, 3, 4].map((group) => match[group] ?? 'x').map((part) => (/^\d/.test(part) ? part : '9999999'));
  return [...numbersIn(numbers.join('.')), wordToken('dev')];
}

/** PHP reads numbers into 64 bits: all greater ones are equal to the greatest. */
const largestNumber = '9223372036854775807';

function numbersIn(text: string): readonly ComposerToken[] {
  const rank = kinds.indexOf('number');
  return (text.match(/\d+/g) ?? []).map((digits) => ({
    rank,
    digits: compareDigits(digits, largestNumber) > 0 ? largestNumber : digits,
  }));
}

function wordToken(kind: Kind): ComposerToken {
  return { rank: kinds.indexOf(kind), digits: '' };
}

const end = wordToken('end');

function compare(a: ComposerVersion, b: ComposerVersion): Order {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a[i] ?? end;
    const right = b[i] ?? end;
    if (left.rank !== right.rank) return left.rank < right.rank ? -1 : 1;
    const order = compareDigits(left.digits, right.digits);
    if (order !== 0) return order;
  }
  return 0;
}
