import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, isDigit, withoutLeadingZeros } from '../digits';
import { compareDigitsAt, compareLettersAt, endOfDigits, endOfLetters, isLetter } from '../runs';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** https://man.archlinux.org/man/vercmp.8: [epoch:]pkgver[-pkgrel] */
export interface PacmanVersion {
  /** Digits without leading zeros; "0" when there is none. */
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

export const pacman: VersionScheme<PacmanVersion> = { id: 'pacman', parse, compare, total };

/** PKGBUILD(5): a pkgver is ASCII without colon, slash, hyphen and blank, a pkgrel is integer[.integer]. */
const grammar = /^(?:(\d*):)?([!-,.0-9;-~]+)(?:-(\d+(?:\.\d+)?))?$/;

function parse(raw: string): Result<PacmanVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  const version = match?.[2];
  if (match === null || version === undefined) {
    return malformed(raw, 'expected [epoch:]pkgver[-pkgrel], without ":", "/", "-" and blanks in pkgver');
  }
  const last = version.charCodeAt(version.length - 1);
  if (!isDigit(last) && !isLetter(last)) return malformed(raw, 'pkgver ends with a separator, which has no order');
  const epoch = withoutLeadingZeros(match[1] === undefined || match[1] === '' ? '0' : match[1]);
  return ok({ epoch, version, release: match[3] });
}

/** What vercmp answers: releases count only where both versions have one. */
function compare(a: PacmanVersion, b: PacmanVersion): Order {
  const beforeRelease = compareDigits(a.epoch, b.epoch) || compareSegments(a.version, b.version);
  if (beforeRelease !== 0 || a.release === undefined || b.release === undefined) return beforeRelease;
  return compareSegments(a.release, b.release);
}

/** A version without release before all its releases. */
function total(a: PacmanVersion, b: PacmanVersion): Order {
  const order = compare(a, b);
  if (order !== 0 || (a.release === undefined) === (b.release === undefined)) return order;
  return a.release === undefined ? -1 : 1;
}

/** The rpmvercmp of libalpm, which has no "~" and "^", counts separators, and sorts letters at the end before the end. */
function compareSegments(a: string, b: string): Order {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const startA = skipSeparators(a, i);
    const startB = skipSeparators(b, j);
    const separators = startA - i - (startB - j);
    if (separators !== 0) return separators < 0 ? -1 : 1;

    i = startA;
    j = startB;
    const isNumber = isDigit(a.charCodeAt(i));
    if (isNumber !== isDigit(b.charCodeAt(j))) return isNumber ? 1 : -1;
    const order = isNumber ? compareDigitsAt(a, i, b, j) : compareLettersAt(a, i, b, j);
    if (order !== 0) return order;
    i = isNumber ? endOfDigits(a, i) : endOfLetters(a, i);
    j = isNumber ? endOfDigits(b, j) : endOfLetters(b, j);
  }
  if (i < a.length) return isLetter(a.charCodeAt(i)) ? -1 : 1;
  if (j < b.length) return isLetter(b.charCodeAt(j)) ? 1 : -1;
  return 0;
}

function skipSeparators(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(text.charCodeAt(at)) && !isLetter(text.charCodeAt(at))) at++;
  return at;
}
