import { distroEcosystem } from './distro/distro-ecosystem';
import { bellsoftReleases } from './distro/bellsoft-releases';
import { apkPackaging } from './distro/packaging';

export const bellsoftHardenedContainers = distroEcosystem({
  id: 'bellsoft-hardened-containers',
  advisoryEcosystem: 'BellSoft Hardened Containers',
  ids: ['bellsoft-hardened-containers'],
  isComprehensive: false,
  packaging: apkPackaging,
  releases: bellsoftReleases,
  names: ['source', 'own'],
});
