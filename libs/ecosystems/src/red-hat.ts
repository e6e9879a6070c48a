import type { Release } from '@tidewaiter/contracts';
import { centosStream } from './centos-stream';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/**
 * OSV's release is the end of the product's CPE, `Red Hat:enterprise_linux:9::appstream`. Which repository a package came from the
 * package does not say, so it belongs to the product, `Red Hat:enterprise_linux:9`, and all its repositories are asked; only one of
 * them ships it. UBI is the same product. CentOS Linux and Scientific Linux were rebuilt from it under the same versions and never had
 * advisories that tools could read. Records name binary or source packages.
 */
export const redHat = distroEcosystem({
  id: 'red-hat',
  advisoryEcosystem: 'Red Hat',
  ids: ['rhel', 'centos', 'scientific'],
  isMeant: (release) => release.id !== 'centos' || centosStream.distro?.isMeant?.(release) === false,
  isComprehensive: true,
  packaging: rpmPackaging,
  releases: {
    of: (release) => {
      const major = majorOf(release);
      return major === undefined ? undefined : `enterprise_linux:${major}`;
    },
    all: numbered(5, 10).map((major) => `enterprise_linux:${major}`),
    filedUnder,
  },
  names: ['source', 'own'],
  purlNamespace: ({ id }: Release) => (id === 'rhel' ? 'redhat' : id),
});

const repositoriesTo7 = ['server', 'client', 'workstation', 'computenode'];
const repositoriesFrom8 = [
  'baseos',
  'appstream',
  'crb',
  'supplementary',
  'highavailability',
  'resilientstorage',
  'nfv',
  'realtime',
  'sap',
  'sap_hana',
];

/** From 10 on the CPE carries the minor release and names no repository. */
function filedUnder(product: string): readonly string[] {
  const major = Number(product.slice(product.indexOf(':') + 1));
  if (major >= 10) return [product, ...numbered(0, 10).map((minor) => `${product}.${minor}`)];
  return [product, ...(major >= 8 ? repositoriesFrom8 : repositoriesTo7).map((name) => `${product}::${name}`)];
}
