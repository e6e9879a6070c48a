import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** Errata of its own, by binary package. Red Hat’s do not speak of what Oracle builds differently. */
export const oracleLinux = distroEcosystem({
  id: 'oracle-linux',
  advisoryEcosystem: 'Oracle Linux',
  ids: ['ol'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(5, 10) },
  names: ['own'],
  purlNamespace: () => 'oracle',
});
