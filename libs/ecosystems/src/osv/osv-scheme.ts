import { ecosystemBase } from '@tidewaiter/contracts';
import {
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
  pep440,
  pub,
  rpm,
  rubygems,
  semver,
  type VersionScheme,
} from '@tidewaiter/versions';

/** How an OSV ecosystem orders versions; undefined where it has no order that we know, or where we do not know the name. */
export function osvScheme(ecosystem: string): VersionScheme | undefined {
  const order = orderOf.get(ecosystemBase(ecosystem));
  if (order === undefined || !('within' in order)) return order;
  const [, inner = ''] = ecosystem.split(':');
  return order.within(inner.toLowerCase());
}

type OsvOrder = VersionScheme | Within | undefined;

/** A vendor that rebuilds packages of other ecosystems and names theirs behind the colon: `Root:Alpine:3.18`. */
interface Within {
  within(inner: string): VersionScheme | undefined;
}

/** Every name of https://github.com/ossf/osv-schema/blob/main/ecosystems.json, in its order. */
const orderOf: ReadonlyMap<string, OsvOrder> = new Map<string, OsvOrder>([
  ['AlmaLinux', rpm],
  ['Alpaquita', apk],
  ['Alpine', apk],
  // Its records name Android releases and patch levels.
  ['Android', undefined],
  ['Azure Linux', rpm],
  ['BellSoft Hardened Containers', apk],
  ['Bioconductor', cran],
  // SemVer, but the revision of Bitnami's own build ("-12") is no pre-release.
  ['Bitnami', bitnami],
  ['Chainguard', apk],
  ['CleanStart', apk],
  // Most recipes keep their project's version; those that are not SemVer have no order.
  ['ConanCenter', semver],
  ['CRAN', cran],
  ['crates.io', semver],
  ['Debian', dpkg],
  ['Docker Hardened Images', { within: schemeNamed }],
  ['Echo', { within: (inner) => (['maven', 'npm', 'pypi'].includes(inner) ? rebuilt(inner) : dpkg) }],
  // pkg-version(8) has an order of its own, and no image is FreeBSD.
  ['FreeBSD', undefined],
  // The compiler, which has pre-releases; its libraries are on Hackage.
  ['GHC', semver],
  ['GitHub Actions', githubActions],
  ['Go', go],
  ['Hackage', hackage],
  ['Hex', semver],
  ['Julia', semver],
  ['Kubernetes', semver],
  // Its ranges are commits, and releases of branches that go on side by side.
  ['Linux', undefined],
  ['Mageia', rpm],
  ['Maven', maven],
  ['MinimOS', apk],
  ['npm', npm],
  ['NuGet', nuget],
  // https://opam.ocaml.org/doc/Manual.html#Version-ordering
  ['opam', dpkg],
  ['openEuler', rpm],
  ['openSUSE', rpm],
  // Its ranges are commits.
  ['OSS-Fuzz', undefined],
  ['Packagist', composer],
  ['Photon OS', rpm],
  ['Pub', pub],
  ['PyPI', pep440],
  ['Red Hat', rpm],
  ['Rocky Linux', rpm],
  ['Root', { within: rebuilt }],
  ['RubyGems', rubygems],
  ['SUSE', rpm],
  ['SwiftURL', semver],
  ['TuxCare', { within: schemeNamed }],
  ['Ubuntu', dpkg],
  ['VSCode', semver],
  ['Wolfi', apk],
]);

/**
 * Root and Echo mark their rebuilds as build metadata, "1.2.3+root.io.2", which comes after "1.2.3". To npm the two are
 * equal, so a rebuilt package would count as what it was built from; Pub's order is SemVer's with build metadata counted.
 */
function rebuilt(inner: string): VersionScheme | undefined {
  const scheme = schemeNamed(inner);
  return scheme === npm ? pub : scheme;
}

/** By the name of an ecosystem in lower case: vendors write `pypi` as well as `PyPI`. */
function schemeNamed(inner: string): VersionScheme | undefined {
  for (const [base, order] of orderOf) {
    if (base.toLowerCase() === inner) return order === undefined || 'within' in order ? undefined : order;
  }
  return undefined;
}
