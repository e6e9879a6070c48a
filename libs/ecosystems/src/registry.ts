import { ecosystemBase, type Package, type Release } from '@tidewaiter/contracts';
import type { VersionScheme } from '@tidewaiter/versions';
import { almalinux } from './almalinux';
import { alpaquita } from './alpaquita';
import { alpine } from './alpine';
import { amazonLinux } from './amazon-linux';
import { archLinux } from './arch-linux';
import { azureLinux } from './azure-linux';
import { bellsoftHardenedContainers } from './bellsoft-hardened-containers';
import { bitnami } from './bitnami';
import { bottlerocket } from './bottlerocket';
import { centosStream } from './centos-stream';
import { chainguard } from './chainguard';
import { conan } from './conan';
import { conda } from './conda';
import { cpan } from './cpan';
import { cran } from './cran';
import { cratesIo } from './crates-io';
import { debian } from './debian';
import { devuan } from './devuan';
import { echo } from './echo';
import type { Ecosystem } from './ecosystem';
import { fedora } from './fedora';
import { generic } from './generic';
import { githubActions } from './github-actions';
import { go } from './go';
import { hackage } from './hackage';
import { hex } from './hex';
import { julia } from './julia';
import { kali } from './kali';
import { linuxMint } from './linux-mint';
import { luarocks } from './luarocks';
import { mageia } from './mageia';
import { maven } from './maven';
import { minimos } from './minimos';
import { npm } from './npm';
import { nuget } from './nuget';
import { openeuler } from './openeuler';
import { opensuse } from './opensuse';
import { openwrt } from './openwrt';
import { oracleLinux } from './oracle-linux';
import { osvScheme } from './osv/osv-scheme';
import { packagist } from './packagist';
import { photonOs } from './photon-os';
import { popOs } from './pop-os';
import { pub } from './pub';
import { pypi } from './pypi';
import { raspbian } from './raspbian';
import { redHat } from './red-hat';
import { rockyLinux } from './rocky-linux';
import { rubygems } from './rubygems';
import { suse } from './suse';
import { swift } from './swift';
import { ubuntu } from './ubuntu';
import { wolfi } from './wolfi';
import { wordpressPlugin } from './wordpress-plugin';
import { wordpressTheme } from './wordpress-theme';

/** Every ecosystem, one line each. */
export const ecosystems: readonly Ecosystem[] = [
  almalinux,
  alpaquita,
  alpine,
  amazonLinux,
  archLinux,
  azureLinux,
  bellsoftHardenedContainers,
  bitnami,
  bottlerocket,
  centosStream,
  chainguard,
  conan,
  conda,
  cpan,
  cran,
  cratesIo,
  debian,
  devuan,
  echo,
  fedora,
  generic,
  githubActions,
  go,
  hackage,
  hex,
  julia,
  kali,
  linuxMint,
  luarocks,
  mageia,
  maven,
  minimos,
  npm,
  nuget,
  openeuler,
  opensuse,
  openwrt,
  oracleLinux,
  packagist,
  photonOs,
  popOs,
  pub,
  pypi,
  raspbian,
  redHat,
  rockyLinux,
  rubygems,
  suse,
  swift,
  ubuntu,
  wolfi,
  wordpressPlugin,
  wordpressTheme,
];

/**
 * Where an extractor's packages belong in an image of this release. Undefined for a distro we do not know (or none at
 * all): its packages must then become a problem, never a clean answer. A derivative's ID_LIKE is no help: it has its own
 * versions and its own advisories. Those that install another distro's packages unchanged have a record that says so.
 */
export function ecosystemFor(extractorId: string, release: Release | undefined): Ecosystem | undefined {
  return ecosystems.find((ecosystem) => ecosystem.extractors.includes(extractorId) && isAtHome(ecosystem, release));
}

/** The same for a package that is known by its package URL, as in a bill of materials. */
export function ecosystemForPurl(purlType: string, release: Release | undefined): Ecosystem | undefined {
  return ecosystems.find((ecosystem) => ecosystem.purlType === purlType && isAtHome(ecosystem, release));
}

function isAtHome({ distro }: Ecosystem, release: Release | undefined): boolean {
  if (distro === undefined) return true;
  if (release === undefined || !distro.ids.includes(release.id.toLowerCase())) return false;
  return distro.isMeant === undefined || distro.isMeant(release);
}

export function ecosystemOf(pkg: Pick<Package, 'ecosystem'>): Ecosystem | undefined {
  return ecosystemOfBase.get(ecosystemBase(pkg.ecosystem));
}

/** The image did not say which release it is (or it is Debian sid, which has no advisories of its own). */
export function isReleaseMissing(pkg: Pick<Package, 'ecosystem'>): boolean {
  return ecosystemOf(pkg)?.needsRelease === true && !pkg.ecosystem.includes(':');
}

/** How an OSV ecosystem orders versions, also where we have no packages of it. */
export function schemeForEcosystem(ecosystem: string): VersionScheme | undefined {
  return osvScheme(ecosystem) ?? ecosystemOf({ ecosystem })?.scheme;
}

const ecosystemOfBase: ReadonlyMap<string, Ecosystem> = new Map(
  ecosystems.map((ecosystem) => [ecosystem.advisoryEcosystem, ecosystem]),
);
