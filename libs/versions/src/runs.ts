import { isDigit } from './digits';
import type { Order } from './version-scheme';

// Runs of one kind of character, compared where they stand in the text: a comparison then allocates nothing.

/** Compares the runs of digits that begin at `i` and `j`, without cutting them out. An absent run counts as 0. */
export function compareDigitsAt(a: string, i: number, b: string, j: number): Order {
  while (i < a.length && a.charCodeAt(i) === 48) i++;
  while (j < b.length && b.charCodeAt(j) === 48) j++;
  let firstDifference: Order = 0;
  for (; ; i++, j++) {
    const hasLeft = i < a.length && isDigit(a.charCodeAt(i));
    const hasRight = j < b.length && isDigit(b.charCodeAt(j));
    if (!hasLeft || !hasRight) {
      if (hasLeft === hasRight) return firstDifference;
      return hasLeft ? 1 : -1;
    }
    if (firstDifference === 0) {
      const difference = a.charCodeAt(i) - b.charCodeAt(j);
      if (difference !== 0) firstDifference = difference < 0 ? -1 : 1;
    }
  }
}

/** Compares the runs of ASCII letters that begin at `i` and `j`; the beginning of a run is less than the whole. */
export function compareLettersAt(a: string, i: number, b: string, j: number): Order {
  for (; ; i++, j++) {
    const hasLeft = i < a.length && isLetter(a.charCodeAt(i));
    const hasRight = j < b.length && isLetter(b.charCodeAt(j));
    if (!hasLeft || !hasRight) {
      if (hasLeft === hasRight) return 0;
      return hasLeft ? 1 : -1;
    }
    const difference = a.charCodeAt(i) - b.charCodeAt(j);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
}

export function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

export function endOfLetters(text: string, from: number): number {
  let end = from;
  while (end < text.length && isLetter(text.charCodeAt(end))) end++;
  return end;
}

export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}
