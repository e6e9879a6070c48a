import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, compareText, isDigit, withoutLeadingZeros } from '../digits';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** https://maven.apache.org/pom.html#version-order-specification; a list begins at each "-" and between digits and letters. */
export type MavenVersion = MavenList;

interface MavenList {
  readonly kind: 'list';
  readonly items: MavenItem[];
}

interface MavenNumber {
  readonly kind: 'number';
  /** Without leading zeros. */
  readonly digits: string;
}

interface MavenWord {
  readonly kind: 'word';
  readonly rank: number;
  /** The word itself where its rank is that of all unknown words, else empty. */
  readonly unknown: string;
}

type MavenItem = MavenList | MavenNumber | MavenWord;

export const maven: VersionScheme<MavenVersion> = { id: 'maven', parse, compare: compareLists };

function parse(raw: string): Result<MavenVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  if (/[\\/:"<>|?*]|\$\{/.test(bounded.value))
    return malformed(raw, 'Maven allows none of \\/:"<>|?* and no "${" in it');
  if (/[^\0-\x7f]/.test(bounded.value) && /(?![0-9])\p{Nd}/u.test(bounded.value))
    return malformed(raw, 'it holds digits other than 0 to 9');
  return ok(parseItems(bounded.value.toLowerCase()));
}

const dot = 46;
const dash = 45;
/** No character. */
const end = -1;

/**
 * A piece ends at ".", at "-" and between a digit and anything else; the last two begin a list inside the current one. A word
 * that ends at a digit or at the end of the text gets a list of its own as well, unless it is the first of its list.
 */
function parseItems(text: string): MavenList {
  const root = emptyList();
  const open = [root];
  let list = root;
  const deepen = (): void => {
    const inner = emptyList();
    list.items.push(inner);
    open.push(inner);
    list = inner;
  };
  let start = 0;
  let wasDigit = false;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? end : text.charCodeAt(at);
    const isSeparator = code === dot || code === dash;
    const isAtDigit = isDigit(code);
    const isBorder = !isSeparator && code !== end && at > start && isAtDigit !== wasDigit;
    if (code === end || isSeparator || isBorder) {
      if (at === start) {
        if (isSeparator) list.items.push(numberOf('0'));
      } else if (wasDigit) {
        list.items.push(numberOf(text.slice(start, at)));
      } else {
        if (!isSeparator && list.items.length > 0) deepen();
        list.items.push(wordOf(text.slice(start, at), isAtDigit));
      }
      if (isBorder || code === dash) deepen();
      start = isBorder ? at : at + 1;
    }
    wasDigit = isAtDigit;
  }
  for (const each of open.reverse()) dropNulls(each);
  return root;
}

function emptyList(): MavenList {
  return { kind: 'list', items: [] };
}

function numberOf(digits: string): MavenNumber {
  return { kind: 'number', digits: withoutLeadingZeros(digits) };
}

const releaseRank = 5;
const ranks: ReadonlyMap<string, number> = new Map([
  ['alpha', 0],
  ['beta', 1],
  ['milestone', 2],
  ['rc', 3],
  ['cr', 3],
  ['snapshot', 4],
  ['ga', releaseRank],
  ['final', releaseRank],
  ['release', releaseRank],
  ['sp', 6],
]);
const unknownRank = 7;
const ranksBeforeDigit: ReadonlyMap<string, number> = new Map([
  ['a', 0],
  ['b', 1],
  ['m', 2],
]);

function wordOf(piece: string, isBeforeDigit: boolean): MavenWord {
  const rank = (isBeforeDigit ? ranksBeforeDigit.get(piece) : undefined) ?? ranks.get(piece);
  return { kind: 'word', rank: rank ?? unknownRank, unknown: rank === undefined ? piece : '' };
}

/** From the end, over the lists, up to the first number or word that says something. */
function dropNulls(list: MavenList): void {
  for (let at = list.items.length - 1; at >= 0; at--) {
    const item = list.items[at];
    if (item === undefined) continue;
    if (isNull(item)) list.items.splice(at, 1);
    else if (item.kind !== 'list') return;
  }
}

function isNull(item: MavenItem): boolean {
  if (item.kind === 'list') return item.items.length === 0;
  return item.kind === 'number' ? item.digits === '0' : item.rank === releaseRank;
}

function compareLists(a: MavenList, b: MavenList): Order {
  const length = Math.max(a.items.length, b.items.length);
  for (let at = 0; at < length; at++) {
    const left = a.items[at];
    const right = b.items[at];
    const order = left === undefined ? opposite(compareItem(right, left)) : compareItem(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Words come before lists, lists before numbers; nothing counts as a 0, as the word "" or as a list of those. */
function compareItem(a: MavenItem | undefined, b: MavenItem | undefined): Order {
  if (a === undefined) return 0;
  if (b === undefined) return compareWithNothing(a);
  if (a.kind === 'number') return b.kind === 'number' ? compareDigits(a.digits, b.digits) : 1;
  if (a.kind === 'word') return b.kind === 'word' ? compareWords(a, b) : -1;
  if (b.kind === 'list') return compareLists(a, b);
  return b.kind === 'word' ? 1 : -1;
}

function compareWithNothing(item: MavenItem): Order {
  if (isNull(item)) return 0;
  if (item.kind === 'number') return 1;
  if (item.kind === 'word') return item.rank < releaseRank ? -1 : 1;
  for (const each of item.items) {
    const order = compareWithNothing(each);
    if (order !== 0) return order;
  }
  return 0;
}

function compareWords(a: MavenWord, b: MavenWord): Order {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return compareText(a.unknown, b.unknown);
}

function opposite(order: Order): Order {
  if (order === 0) return 0;
  return order === 1 ? -1 : 1;
}
