import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareLists } from '../lists';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** https://learn.microsoft.com/en-us/nuget/concepts/package-versioning; build metadata has no part in the order. */
export interface NugetVersion {
  /** Major, minor, patch and revision as digits; what is missing is 0. */
  readonly numbers: readonly string[];
  /** Words in lower case. */
  readonly labels: readonly (bigint | string)[];
}

export const nuget: VersionScheme<NugetVersion> = { id: 'nuget', parse, compare };

const grammar =
  /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** NuGet keeps numbers as 32-bit integers. */
const largestNumber = 2_147_483_647n;
const smallestNumber = -largestNumber - 1n;

function parse(raw: string): Result<NugetVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  if (match === null) return malformed(raw, 'expected one to four numbers with optional -labels and +metadata');
  const numbers = [1, 2, 3, 4].map((group) => match[group] ?? '0');
  if (numbers.some((number) => BigInt(number) > largestNumber)) {
    return malformed(raw, `a number in it is greater than ${largestNumber}`);
  }
  const labels = match[5]?.split('.') ?? [];
  if (labels.some((label) => /^0\d+$/.test(label))) return malformed(raw, 'a label is a number with leading zeros');
  return ok({ numbers, labels: labels.map(labelOf) });
}

/** To NuGet "-1" is a number, and one that does not fit, such as a build date, is a word. Case does not matter. */
function labelOf(text: string): bigint | string {
  const word = text.toLowerCase();
  if (!/^-?\d+$/.test(text)) return word;
  const value = BigInt(text);
  return value < smallestNumber || value > largestNumber ? word : value;
}

function compare(a: NugetVersion, b: NugetVersion): Order {
  const byNumbers = compareLists(a.numbers, b.numbers, compareDigits);
  if (byNumbers !== 0) return byNumbers;
  const isRelease = a.labels.length === 0;
  if (isRelease !== (b.labels.length === 0)) return isRelease ? 1 : -1;
  return compareLists(a.labels, b.labels, compareLabels);
}

/** Numbers before words. */
function compareLabels(a: bigint | string, b: bigint | string): Order {
  if (typeof a !== typeof b) return typeof a === 'bigint' ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
