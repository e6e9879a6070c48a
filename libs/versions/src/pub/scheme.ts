import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareLists } from '../lists';
import { compareIdentifier, comparePreRelease, parseIdentifiers, type SemverIdentifier } from '../semver/scheme';
import { type BadVersion, boundedVersion, malformed, type Order, type VersionScheme } from '../version-scheme';

/** Semantic Versioning in which build metadata counts: https://dart.dev/tools/pub/versioning */
export interface PubVersion {
  /** Major, minor and patch as digits. */
  readonly core: readonly string[];
  readonly preRelease: readonly SemverIdentifier[];
  readonly build: readonly SemverIdentifier[];
}

export const pub: VersionScheme<PubVersion> = { id: 'pub', parse, compare };

const grammar =
  /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

function parse(raw: string): Result<PubVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const match = grammar.exec(bounded.value);
  if (match === null) return malformed(raw, 'expected major.minor.patch with an optional -pre-release and +build');
  const [, major = '', minor = '', patch = '', preRelease, build] = match;
  return ok({
    core: [major, minor, patch],
    preRelease: parseIdentifiers(preRelease),
    build: parseIdentifiers(build),
  });
}

/** A version without build metadata has the shorter list of it, and so is the lesser. */
function compare(a: PubVersion, b: PubVersion): Order {
  return (
    compareLists(a.core, b.core, compareDigits) ||
    comparePreRelease(a.preRelease, b.preRelease) ||
    compareLists(a.build, b.build, compareIdentifier)
  );
}
