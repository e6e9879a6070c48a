import { ok, type Result } from '@tidewaiter/kit';
import { compareText, withoutLeadingZeros } from '../digits';
import { compareLists } from '../lists';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** https://semver.org/spec/v2.0.0.html; build metadata has no part in the order and is dropped. */
export interface SemverVersion {
  /** Digits without leading zeros. */
  readonly major: string;
  readonly minor: string;
  readonly patch: string;
  readonly preRelease: readonly SemverIdentifier[];
}

export interface SemverIdentifier {
  readonly isNumeric: boolean;
  readonly text: string;
}

export const semver: VersionScheme<SemverVersion> = { id: 'semver', parse: parseSemver, compare: compareSemver };

/**
 * Looser than the specification where packages in the wild are: a leading "v" or "=", missing minor and patch (read as
 * 0), leading zeros, and a pre-release that forgot its hyphen ("1.2.3beta"). Four numbers are not SemVer.
 */
export function parseSemver(raw: string): Result<SemverVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  const major = match?.[1];
  if (match === null || major === undefined) {
    return malformed(raw, 'expected major.minor.patch with an optional -pre-release and +build');
  }
  return ok({
    major: withoutLeadingZeros(major),
    minor: withoutLeadingZeros(match[2] ?? '0'),
    patch: withoutLeadingZeros(match[3] ?? '0'),
    preRelease: parseIdentifiers(match[4] ?? match[5]),
  });
}

/**
 * Every repetition is separated from the next by a character it cannot itself match, so no input makes it backtrack more
 * than linearly. Group 4 is a pre-release after a hyphen, group 5 one without, which then must begin with a letter.
 */
const grammar =
  /^[v=\s]*(\d+)(?:\.(\d+)(?:\.(\d+))?)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)|([A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

export function parseIdentifiers(text: string | undefined): readonly SemverIdentifier[] {
  if (text === undefined) return [];
  return text.split('.').map((part) => {
    const isNumeric = /^\d+$/.test(part);
    return { isNumeric, text: isNumeric ? withoutLeadingZeros(part) : part };
  });
}

export function compareSemver(a: SemverVersion, b: SemverVersion): Order {
  return (
    compareNumber(a.major, b.major) ||
    compareNumber(a.minor, b.minor) ||
    compareNumber(a.patch, b.patch) ||
    comparePreRelease(a.preRelease, b.preRelease)
  );
}

/** Without a pre-release it is the release itself, which comes after all of them. */
export function comparePreRelease(a: readonly SemverIdentifier[], b: readonly SemverIdentifier[]): Order {
  if (a.length === 0 || b.length === 0) {
    if (a.length === b.length) return 0;
    return a.length === 0 ? 1 : -1;
  }
  return compareLists(a, b, compareIdentifier);
}

export function compareIdentifier(a: SemverIdentifier, b: SemverIdentifier): Order {
  if (a.isNumeric !== b.isNumeric) return a.isNumeric ? -1 : 1;
  return a.isNumeric ? compareNumber(a.text, b.text) : compareText(a.text, b.text);
}

function compareNumber(a: string, b: string): Order {
  if (a.length !== b.length) return a.length < b.length ? -1 : 1;
  return compareText(a, b);
}
