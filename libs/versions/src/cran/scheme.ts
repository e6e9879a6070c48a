import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareLists } from '../lists';
import { type BadVersion, boundedVersion, malformed, type VersionScheme } from '../version-scheme';

/** The numbers between the dots and hyphens, as digits. */
export type CranVersion = readonly string[];

export const cran: VersionScheme<CranVersion> = {
  id: 'cran',
  parse,
  compare: (a, b) => compareLists(a, b, compareDigits),
};

/** R keeps the parts as 32-bit integers; a bigger one is "not available" there and has no order. */
const largestPart = '2147483647';

function parse(raw: string): Result<CranVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  if (!/^\d+(?:[.-]\d+)*$/.test(bounded.value))
    return malformed(raw, 'expected numbers between single dots or hyphens');
  const parts = bounded.value.split(/[.-]/);
  const tooBig = parts.find((part) => compareDigits(part, largestPart) > 0);
  return tooBig === undefined ? ok(parts) : malformed(raw, `a number in it is greater than ${largestPart}`);
}
