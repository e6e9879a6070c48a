import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, compareText, isDigit } from '../digits';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** Runs of digits and runs of letters, without the zeros that do not count. */
export type GemVersion = readonly string[];

export const rubygems: VersionScheme<GemVersion> = { id: 'rubygems', parse, compare };

/** Gem::Version::VERSION_PATTERN; nothing in it can match in two ways. */
const grammar = /^\d+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function parse(raw: string): Result<GemVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  if (!grammar.test(bounded.value)) {
    return malformed(raw, 'expected a number, then dots with letters and digits, then an optional -pre-release');
  }
  // Gem::Version reads every hyphen as ".pre.", which makes what follows a pre-release.
  const segments = bounded.value.replaceAll('-', '.pre.').match(/\d+|[A-Za-z]+/g) ?? [];
  const firstWord = segments.findIndex((segment) => !isNumber(segment));
  const head = firstWord === -1 ? segments : segments.slice(0, firstWord);
  return ok([...withoutTrailingZeros(head), ...withoutTrailingZeros(segments.slice(head.length))]);
}

function withoutTrailingZeros(segments: readonly string[]): readonly string[] {
  return segments.slice(0, segments.findLastIndex((segment) => !/^0+$/.test(segment)) + 1);
}

/** What one side lacks counts as 0: less than a number, greater than a word. */
function compare(a: GemVersion, b: GemVersion): Order {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareSegments(a[i] ?? '0', b[i] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: string, b: string): Order {
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? 1 : -1;
  return isNumber(a) ? compareDigits(a, b) : compareText(a, b);
}

function isNumber(segment: string): boolean {
  return isDigit(segment.charCodeAt(0));
}
