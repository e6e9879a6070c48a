import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits, compareText, withoutLeadingZeros } from '../digits';
import { compareLists } from '../lists';
import { parseIdentifiers, type SemverIdentifier } from '../semver/scheme';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** https://packaging.python.org/en/latest/specifications/version-specifiers/ (PEP 440). Numbers without leading zeros. */
export interface Pep440Version {
  readonly epoch: string;
  /** Without trailing zeros: 1.0 is 1. */
  readonly release: readonly string[];
  readonly pre: Phase;
  readonly post: Phase;
  readonly dev: Phase;
  /** Empty when there is none. */
  readonly local: readonly SemverIdentifier[];
}

interface Phase {
  readonly rank: number;
  readonly number: string;
}

export const pep440: VersionScheme<Pep440Version> = { id: 'pep440', parse, compare, covers };

/**
 * The pattern of the specification's appendix B: epoch, release, pre-release, post-release, development release, local
 * label, with all spellings that normalise. Two of its repetitions never meet at one character.
 */
const grammar =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?(\d+)?)?(?:-(\d+)|[._-]?(post|rev|r)[._-]?(\d+)?)?(?:[._-]?(dev)[._-]?(\d+)?)?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/i;

const preRanks: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };
const developmentOnly: Phase = { rank: -1, number: '0' };
const finalRelease: Phase = { rank: 3, number: '0' };
const noPost: Phase = { rank: 0, number: '0' };
const noDev: Phase = { rank: 1, number: '0' };

function parse(raw: string): Result<Pep440Version, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  if (match === null) return malformed(raw, 'expected [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]');
  const [, epoch = '0', release = '', preWord, pre, dashed, postWord, post, devWord, dev, local] = match;
  const hasPost = dashed !== undefined || postWord !== undefined;
  const hasDev = devWord !== undefined;
  return ok({
    epoch: withoutLeadingZeros(epoch),
    release: withoutTrailingZeros(release.split('.').map(withoutLeadingZeros)),
    pre: preWord === undefined ? (hasDev && !hasPost ? developmentOnly : finalRelease) : prePhase(preWord, pre),
    post: hasPost ? phase(1, dashed ?? post) : noPost,
    dev: hasDev ? phase(0, dev) : noDev,
    local: parseIdentifiers(local?.toLowerCase().replace(/[_-]/g, '.')),
  });
}

function prePhase(word: string, number: string | undefined): Phase {
  return phase(preRanks[word.toLowerCase()] ?? finalRelease.rank, number);
}

/** A number that is left out is 0. */
function phase(rank: number, number = '0'): Phase {
  return { rank, number: withoutLeadingZeros(number) };
}

function withoutTrailingZeros(numbers: string[]): readonly string[] {
  while (numbers.at(-1) === '0') numbers.pop();
  return numbers;
}

function compare(a: Pep440Version, b: Pep440Version): Order {
  return comparePublic(a, b) || compareLists(a.local, b.local, compareLocalPart);
}

/** "<= 1.2" looks at the public part alone, so it holds for 1.2+local. */
function covers(bound: Pep440Version, version: Pep440Version): boolean {
  return bound.local.length === 0 && version.local.length > 0 && comparePublic(bound, version) === 0;
}

function comparePublic(a: Pep440Version, b: Pep440Version): Order {
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareLists(a.release, b.release, compareDigits) ||
    comparePhase(a.pre, b.pre) ||
    comparePhase(a.post, b.post) ||
    comparePhase(a.dev, b.dev)
  );
}

function comparePhase(a: Phase, b: Phase): Order {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return compareDigits(a.number, b.number);
}

/** Unlike in SemVer, a number comes after a word. */
function compareLocalPart(a: SemverIdentifier, b: SemverIdentifier): Order {
  if (a.isNumeric !== b.isNumeric) return a.isNumeric ? 1 : -1;
  return a.isNumeric ? compareDigits(a.text, b.text) : compareText(a.text, b.text);
}
