import type { Release } from '@tidewaiter/contracts';
import { centosStream } from './centos-stream';
import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { filedUnder, productOf } from './distro/red-hat-products';
import { numbered } from './distro/release-texts';

/**
 * OSV's release is the end of the product's CPE, `Red Hat:enterprise_linux:9::appstream`. Which repository a package came from the
 * package does not say, so it belongs to the product, `Red Hat:enterprise_linux:9`, and all its repositories are asked; only one of
 * them ships it. UBI is the same product. CentOS Linux and Scientific Linux were rebuilt from it under the same versions and never had
 * advisories that tools could read. Records name binary or source packages. What belongs to a layered product, or to a line of extended
 * support, is asked for under that product too; of which line a build may be its release says (`17.el9_2`).
 */
export const redHat = distroEcosystem({
  id: 'red-hat',
  advisoryEcosystem: 'Red Hat',
  ids: ['rhel', 'centos', 'scientific'],
  isMeant: (release) => release.id !== 'centos' || centosStream.distro?.isMeant?.(release) === false,
  isComprehensive: true,
  packaging: rpmPackaging,
  releases: {
    of: productOf,
    all: numbered(5, 10).map((major) => `enterprise_linux:${major}`),
    filedUnder,
  },
  names: ['source', 'own'],
  purlNamespace: ({ id }: Release) => (id === 'rhel' ? 'redhat' : id),
});
