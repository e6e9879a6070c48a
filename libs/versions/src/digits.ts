import type { Order } from './version-scheme';

/**
 * Numbers in versions are dates, commits and build counters: they overflow 2^53, so they are compared as digit strings.
 */
export function compareDigits(a: string, b: string): Order {
  const left = withoutLeadingZeros(a);
  const right = withoutLeadingZeros(b);
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return compareText(left, right);
}

/** Order by code unit, which for the ASCII that versions are made of is byte order. */
export function compareText(a: string, b: string): Order {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 48) start++;
  return start === 0 ? digits : digits.slice(start);
}
