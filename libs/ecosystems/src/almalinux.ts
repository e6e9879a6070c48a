import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** Errata of its own. They list binary packages, but not always all of a source. */
export const almalinux = distroEcosystem({
  id: 'almalinux',
  advisoryEcosystem: 'AlmaLinux',
  ids: ['almalinux'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(8, 10) },
  names: ['source', 'own'],
});
