import { ecosystemBase, type Package, type Release } from '@tidewaiter/contracts';
import { apk, dpkg, semver, type VersionScheme } from '@tidewaiter/versions';
import { alpine } from './alpine';
import { chainguard } from './chainguard';
import { conan } from './conan';
import { cpan } from './cpan';
import { cran } from './cran';
import { cratesIo } from './crates-io';
import { debian } from './debian';
import type { Ecosystem } from './ecosystem';
import { githubActions } from './github-actions';
import { hackage } from './hackage';
import { hex } from './hex';
import { julia } from './julia';
import { luarocks } from './luarocks';
import { npm } from './npm';
import { nuget } from './nuget';
import { packagist } from './packagist';
import { pub } from './pub';
import { rubygems } from './rubygems';
import { swift } from './swift';
import { ubuntu } from './ubuntu';
import { wolfi } from './wolfi';
import { wordpressPlugin } from './wordpress-plugin';

/** Every ecosystem, one line each. */
export const ecosystems: readonly Ecosystem[] = [
  alpine,
  chainguard,
  conan,
  cpan,
  cran,
  cratesIo,
  debian,
  githubActions,
  hackage,
  hex,
  julia,
  luarocks,
  npm,
  nuget,
  packagist,
  pub,
  rubygems,
  swift,
  ubuntu,
  wolfi,
  wordpressPlugin,
];

/**
 * Where an extractor's packages belong in an image of this release. Undefined for a distro we do not know (or none at
 * all): its packages must then become a problem, never a clean answer. A derivative's ID_LIKE is no help: it has its own
 * versions and its own advisories.
 */
export function ecosystemFor(extractorId: string, release: Release | undefined): Ecosystem | undefined {
  return ecosystems.find(
    (ecosystem) =>
      ecosystem.extractors.includes(extractorId) &&
      (ecosystem.distro === undefined || ecosystem.distro === release?.id.toLowerCase()),
  );
}

export function ecosystemOf(pkg: Pick<Package, 'ecosystem'>): Ecosystem | undefined {
  const advisoryEcosystem = ecosystemBase(pkg.ecosystem);
  return ecosystems.find((ecosystem) => ecosystem.advisoryEcosystem === advisoryEcosystem);
}

/** The image did not say which release it is (or it is Debian sid, which has no advisories of its own). */
export function isReleaseMissing(pkg: Pick<Package, 'ecosystem'>): boolean {
  return ecosystemOf(pkg)?.needsRelease === true && !pkg.ecosystem.includes(':');
}

/** How an OSV ecosystem orders versions, also where we have no packages of it yet. */
export function schemeForEcosystem(ecosystem: string): VersionScheme | undefined {
  return ecosystemOf({ ecosystem })?.scheme ?? schemeOfBase.get(ecosystemBase(ecosystem));
}

const schemeOfBase: ReadonlyMap<string, VersionScheme> = new Map<string, VersionScheme>([
  ['Alpine', apk],
  ['Alpaquita', apk],
  ['BellSoft Hardened Containers', apk],
  ['Chainguard', apk],
  ['MinimOS', apk],
  ['Wolfi', apk],
  ['Debian', dpkg],
  ['Echo', dpkg],
  ['Ubuntu', dpkg],
  ['Bitnami', semver],
  ['Go', semver],
]);
