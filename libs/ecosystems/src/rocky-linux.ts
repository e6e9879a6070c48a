import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** Rebuilt from the sources of Red Hat Enterprise Linux, with errata of its own, by source package. */
export const rockyLinux = distroEcosystem({
  id: 'rocky-linux',
  advisoryEcosystem: 'Rocky Linux',
  ids: ['rocky'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(8, 10) },
  names: ['source', 'own'],
});
