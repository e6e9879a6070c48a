import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareSemver, parseSemver, type SemverVersion } from '../semver/scheme';
import { type BadVersion, boundedVersion, type Order, type VersionScheme } from '../version-scheme';

/** SemVer with the revision of Bitnami's own build behind it: `7.2.0-3`. */
export interface BitnamiVersion {
  readonly upstream: SemverVersion;
  /** Digits. Undefined where none is stated. */
  readonly revision: string | undefined;
}

export const bitnami: VersionScheme<BitnamiVersion> = { id: 'bitnami', parse, compare, covers };

/** A longer number is no count of builds but a part of a pre-release, such as the commit at the end of Go's pseudo-versions. */
const revisionAtEnd = /-(\d{1,6})$/;

function parse(raw: string): Result<BitnamiVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const stated = revisionAtEnd.exec(bounded.value);
  const upstream = parseSemver(bounded.value.slice(0, stated?.index));
  return upstream.ok ? ok({ upstream: upstream.value, revision: stated?.[1] }) : upstream;
}

/** Builds are counted from 0, so that the first one is the version itself. */
function compare(a: BitnamiVersion, b: BitnamiVersion): Order {
  return compareSemver(a.upstream, b.upstream) || compareDigits(a.revision ?? '0', b.revision ?? '0');
}

/** "Up to and including 7.2.0" is about what upstream released, and holds for every build of it. */
function covers(bound: BitnamiVersion, version: BitnamiVersion): boolean {
  return bound.revision === undefined && compareSemver(bound.upstream, version.upstream) === 0;
}
