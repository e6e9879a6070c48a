import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareLists } from '../lists';
import { type BadVersion, boundedVersion, malformed, type VersionScheme } from '../version-scheme';

/** The numbers between the dots, as digits. */
export type HackageVersion = readonly string[];

export const hackage: VersionScheme<HackageVersion> = {
  id: 'hackage',
  parse,
  compare: (a, b) => compareLists(a, b, compareDigits),
};

/** Cabal's own limits: no leading zeros, at most nine digits. */
const grammar = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8}))*$/;

function parse(raw: string): Result<HackageVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  return grammar.test(bounded.value)
    ? ok(bounded.value.split('.'))
    : malformed(raw, 'expected numbers of at most nine digits, without leading zeros, between dots');
}
