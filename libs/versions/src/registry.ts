import { ok, type Result } from '@tidewaiter/kit';
import { apk } from './apk/scheme';
import { bitnami } from './bitnami/scheme';
import { composer } from './composer/scheme';
import { cran } from './cran/scheme';
import { dpkg } from './dpkg/scheme';
import { githubActions } from './github-actions/scheme';
import { go } from './go/scheme';
import { hackage } from './hackage/scheme';
import { maven } from './maven/scheme';
import { npm } from './npm/scheme';
import { nuget } from './nuget/scheme';
import { pacman } from './pacman/scheme';
import { pep440 } from './pep440/scheme';
import { pub } from './pub/scheme';
import { rpm } from './rpm/scheme';
import { rubygems } from './rubygems/scheme';
import { semver } from './semver/scheme';
import type { BadVersion, Order, VersionScheme } from './version-scheme';

/** Every scheme, one line each. */
export const schemes: readonly VersionScheme[] = [
  apk,
  bitnami,
  composer,
  cran,
  dpkg,
  githubActions,
  go,
  hackage,
  maven,
  npm,
  nuget,
  pacman,
  pep440,
  pub,
  rpm,
  rubygems,
  semver,
];

export function schemeById(id: string): VersionScheme | undefined {
  return schemes.find((scheme) => scheme.id === id);
}

/** Orders two texts, or says which one is no version of the scheme. */
export function compareTexts<V>(scheme: VersionScheme<V>, a: string, b: string): Result<Order, BadVersion> {
  const left = scheme.parse(a);
  if (!left.ok) return left;
  const right = scheme.parse(b);
  if (!right.ok) return right;
  return ok(scheme.compare(left.value, right.value));
}
