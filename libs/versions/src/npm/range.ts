import { err, ok, type Result } from '@tidewaiter/kit';
import { compareSemver, parseIdentifiers, type SemverIdentifier, type SemverVersion } from '../semver/scheme';

export interface BadRange {
  readonly code: 'range-too-long' | 'range-malformed';
  readonly message: string;
}

/** Real ranges are short; "||" lists in lock files reach a few hundred characters. */
const rangeLengthLimit = 2048;

/**
 * Whether a version lies in an npm range (https://docs.npmjs.com/cli/using-npm/semver#ranges), pre-releases included:
 * plain order decides, so "<2.0.0" holds 2.0.0-rc.1. npm itself hides pre-releases when it *installs*; a vulnerability
 * does not. The answers are those of node-semver with `includePrerelease`.
 */
export function satisfies(range: string, version: SemverVersion): Result<boolean, BadRange> {
  if (range.length > rangeLengthLimit) {
    return err({
      code: 'range-too-long',
      message: `the range is ${range.length} characters long, at most ${rangeLengthLimit} are read`,
    });
  }
  let isInside = false;
  for (const alternative of range.split('||')) {
    const comparators = parseAlternative(alternative.trim());
    if (!comparators.ok) return comparators;
    if (comparators.value.every((comparator) => holds(comparator, version))) isInside = true;
  }
  return ok(isInside);
}

type Operator = '<' | '<=' | '>' | '>=' | '=';

interface Comparator {
  readonly operator: Operator;
  readonly version: SemverVersion;
}

/** A version whose tail may be missing or "x". */
interface Partial {
  readonly major: string | undefined;
  readonly minor: string | undefined;
  readonly patch: string | undefined;
  readonly preRelease: readonly SemverIdentifier[];
}

const part = String.raw`(?:\d+|[xX*])`;
const partial = String.raw`[v=]*(${part})(?:\.(${part})(?:\.(${part})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?)?)?`;
const partialGrammar = new RegExp(`^${partial}$`);
const hyphenGrammar = /^(\S+) +- +(\S+)$/;
const operatorGrammar = /^(\^|~>?|[<>]=?|=)?(\S*)$/;

function parseAlternative(text: string): Result<readonly Comparator[], BadRange> {
  const collapsed = text.replace(/\s+/g, ' ');
  const hyphen = hyphenGrammar.exec(collapsed);
  if (hyphen !== null) return hyphenRange(hyphen[1] ?? '', hyphen[2] ?? '');

  const comparators: Comparator[] = [];
  // "> 1.2" is ">1.2": blanks between operator and version mean nothing.
  for (const word of collapsed.replace(/([<>=~^]) +/g, '$1').split(' ')) {
    const parts = operatorGrammar.exec(word);
    const operand = parsePartial(parts?.[2] ?? word);
    if (parts === null || operand === undefined) return malformedRange(word);
    const expanded = expand(parts[1] ?? '', operand);
    if (expanded === undefined) return malformedRange(word);
    comparators.push(...expanded);
  }
  return ok(comparators);
}

function parsePartial(text: string): Partial | undefined {
  if (text === '') return { major: undefined, minor: undefined, patch: undefined, preRelease: [] };
  const match = partialGrammar.exec(text);
  if (match === null) return undefined;
  const [major, minor, patch] = [match[1], match[2], match[3]].map(numberOrAny);
  // "*.1" and "1.x.1" name a number behind "any": there is no such set of versions.
  if ((major === undefined && minor !== undefined) || (minor === undefined && patch !== undefined)) return undefined;
  return { major, minor, patch, preRelease: patch === undefined ? [] : parseIdentifiers(match[4]) };
}

function numberOrAny(text: string | undefined): string | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : BigInt(text).toString();
}

function expand(operator: string, operand: Partial): readonly Comparator[] | undefined {
  switch (operator) {
    case '^':
      return between(operand, caretEnd(operand));
    case '~':
    case '~>':
      return between(operand, operand.minor === undefined ? 'major' : 'minor');
    case '':
    case '=':
      return between(operand, lastGiven(operand));
    case '>':
    case '>=':
    case '<':
    case '<=':
      return [inequality(operator, operand)];
    default:
      return undefined;
  }
}

/** The number that has to grow to leave the range. */
type Step = 'major' | 'minor' | 'patch' | 'none';

/** "^" keeps the leftmost number that is not zero. */
function caretEnd(operand: Partial): Step {
  if (operand.major !== '0' || operand.minor === undefined) return 'major';
  return operand.minor !== '0' || operand.patch === undefined ? 'minor' : 'patch';
}

function lastGiven(operand: Partial): Step {
  if (operand.minor === undefined) return 'major';
  return operand.patch === undefined ? 'minor' : 'none';
}

function between(operand: Partial, step: Step): readonly Comparator[] {
  if (operand.major === undefined) return [];
  if (step === 'none') return [{ operator: '=', version: atLeast(operand) }];
  return [
    { operator: '>=', version: atLeast(operand) },
    { operator: '<', version: next(operand, step) },
  ];
}

function inequality(operator: '<' | '<=' | '>' | '>=', operand: Partial): Comparator {
  // Nothing is below or above "any version", everything is at or below it.
  if (operand.major === undefined) {
    return { operator: operator === '<' || operator === '>' ? '<' : '>=', version: first('0', '0', '0') };
  }
  if (operand.patch !== undefined) return { operator, version: atLeast(operand) };
  const step = operand.minor === undefined ? 'major' : 'minor';
  switch (operator) {
    case '>':
      return { operator: '>=', version: next(operand, step) };
    case '<=':
      return { operator: '<', version: next(operand, step) };
    default:
      return { operator, version: atLeast(operand) };
  }
}

function hyphenRange(from: string, to: string): Result<readonly Comparator[], BadRange> {
  const low = parsePartial(from);
  if (low === undefined) return malformedRange(from);
  const high = parsePartial(to);
  if (high === undefined) return malformedRange(to);
  const comparators: Comparator[] = [];
  if (low.major !== undefined) {
    const isExact = low.patch !== undefined && low.preRelease.length > 0;
    const version = isExact ? atLeast(low) : first(low.major, low.minor ?? '0', low.patch ?? '0');
    comparators.push({ operator: '>=', version });
  }
  if (high.major !== undefined) {
    const step = lastGiven(high);
    if (step !== 'none') comparators.push({ operator: '<', version: next(high, step) });
    else if (high.preRelease.length > 0) comparators.push({ operator: '<=', version: atLeast(high) });
    else comparators.push({ operator: '<', version: next(high, 'patch') });
  }
  return ok(comparators);
}

/** A partial version begins at its very first pre-release; a whole one at itself. */
function atLeast(operand: Partial): SemverVersion {
  const { major = '0', minor = '0', patch = '0' } = operand;
  if (operand.patch === undefined) return first(major, minor, patch);
  return { major, minor, patch, preRelease: operand.preRelease };
}

function next(operand: Partial, step: Exclude<Step, 'none'>): SemverVersion {
  const { major = '0', minor = '0', patch = '0' } = operand;
  if (step === 'major') return first(plusOne(major), '0', '0');
  return step === 'minor' ? first(major, plusOne(minor), '0') : first(major, minor, plusOne(patch));
}

/** `-0` is the least pre-release there is. */
function first(major: string, minor: string, patch: string): SemverVersion {
  return { major, minor, patch, preRelease: [{ isNumeric: true, text: '0' }] };
}

function plusOne(digits: string): string {
  return (BigInt(digits) + 1n).toString();
}

function holds(comparator: Comparator, version: SemverVersion): boolean {
  const order = compareSemver(version, comparator.version);
  switch (comparator.operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
  }
}

function malformedRange(text: string): { readonly ok: false; readonly error: BadRange } {
  return err({ code: 'range-malformed', message: `"${text.slice(0, 64)}" is not part of an npm range` });
}
