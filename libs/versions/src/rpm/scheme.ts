import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, isDigit, withoutLeadingZeros } from '../digits';
import { compareDigitsAt, compareLettersAt, endOfDigits, endOfLetters, isLetter } from '../runs';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** rpm-version(7): [epoch:]version[-release] */
export interface RpmVersion {
  /** Digits without leading zeros; "0" when there is none. */
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

export const rpm: VersionScheme<RpmVersion> = { id: 'rpm', parse, compare, covers };

/** "%{}" are what an undefined macro leaves behind; rpmbuild warns about it and builds. */
const grammar = /^(?:(\d*):)?([\w.+~^%{}]+)(?:-([\w.+~^%{}]+))?$/;
const largestEpoch = 4_294_967_295;

function parse(raw: string): Result<RpmVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  const version = match?.[2];
  if (match === null || version === undefined) {
    return malformed(raw, 'expected [epoch:]version[-release] of letters, digits and any of ._+~^');
  }
  if (bounded.value.includes('..')) return malformed(raw, 'rpm does not allow ".." in it');
  const epoch = withoutLeadingZeros(match[1] === undefined || match[1] === '' ? '0' : match[1]);
  if (Number(epoch) > largestEpoch) return malformed(raw, 'the epoch is too big');
  return ok({ epoch, version, release: match[3] });
}

/** The order of rpm's own versions: one without release comes before all its releases. */
function compare(a: RpmVersion, b: RpmVersion): Order {
  const beforeRelease = compareDigits(a.epoch, b.epoch) || compareSegments(a.version, b.version);
  if (beforeRelease !== 0 || a.release === b.release) return beforeRelease;
  if (a.release === undefined) return -1;
  return b.release === undefined ? 1 : compareSegments(a.release, b.release);
}

/** In a dependency "<= 1.2" rpm compares releases only where both sides have one. */
function covers(bound: RpmVersion, version: RpmVersion): boolean {
  return (
    bound.release === undefined &&
    bound.epoch === version.epoch &&
    compareSegments(bound.version, version.version) === 0
  );
}

const tilde = 126;
const caret = 94;

/** rpmvercmp: runs of digits and runs of letters; what stands between them separates and has no order itself. */
function compareSegments(a: string, b: string): Order {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(a, i);
    j = skipSeparators(b, j);
    if (i === a.length || j === b.length) return compareTails(a, i, b, j);

    const left = a.charCodeAt(i);
    const right = b.charCodeAt(j);
    if (left === tilde || left === caret || right === tilde || right === caret) {
      if (left !== right) return compareMarks(left, right);
      i++;
      j++;
      continue;
    }
    if (isDigit(left) !== isDigit(right)) return isDigit(left) ? 1 : -1;
    const order = isDigit(left) ? compareDigitsAt(a, i, b, j) : compareLettersAt(a, i, b, j);
    if (order !== 0) return order;
    i = isDigit(left) ? endOfDigits(a, i) : endOfLetters(a, i);
    j = isDigit(left) ? endOfDigits(b, j) : endOfLetters(b, j);
  }
}

/** One text has ended or both: "~" sorts before the end, everything else behind it. */
function compareTails(a: string, i: number, b: string, j: number): Order {
  if (i < a.length) return a.charCodeAt(i) === tilde ? -1 : 1;
  if (j < b.length) return b.charCodeAt(j) === tilde ? 1 : -1;
  return 0;
}

/** Of two different characters, at least one of them "~" or "^": "~" first, then "^", then the rest. */
function compareMarks(left: number, right: number): Order {
  if (left === tilde || right === tilde) return left === tilde ? -1 : 1;
  return left === caret ? -1 : 1;
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code) || isLetter(code) || code === tilde || code === caret) break;
  }
  return at;
}
