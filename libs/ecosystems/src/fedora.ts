import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** Errata of its own, by binary package. */
export const fedora = distroEcosystem({
  id: 'fedora',
  advisoryEcosystem: 'Fedora',
  ids: ['fedora'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(38, 45) },
  names: ['own'],
});
