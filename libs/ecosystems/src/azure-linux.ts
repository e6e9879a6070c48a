import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** CBL-Mariner was its name until release 2, and advisories call both Azure Linux. By source package. */
export const azureLinux = distroEcosystem({
  id: 'azure-linux',
  advisoryEcosystem: 'Azure Linux',
  ids: ['azurelinux', 'mariner'],
  isComprehensive: true,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(1, 3) },
  names: ['source'],
});
