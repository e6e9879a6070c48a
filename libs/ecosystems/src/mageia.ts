import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** Advisories of its own, by source package. */
export const mageia = distroEcosystem({
  id: 'mageia',
  advisoryEcosystem: 'Mageia',
  ids: ['mageia'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(7, 10) },
  names: ['source'],
});
