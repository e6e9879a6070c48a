import { distroEcosystem } from './distro/distro-ecosystem';
import { bellsoftReleases } from './distro/bellsoft-releases';
import { apkPackaging } from './distro/packaging';

export const alpaquita = distroEcosystem({
  id: 'alpaquita',
  advisoryEcosystem: 'Alpaquita',
  ids: ['alpaquita'],
  isComprehensive: false,
  packaging: apkPackaging,
  releases: bellsoftReleases,
  names: ['source', 'own'],
});
