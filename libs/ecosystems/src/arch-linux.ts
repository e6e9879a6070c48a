import { distroEcosystem } from './distro/distro-ecosystem';
import { pacmanPackaging } from './distro/packaging';

/** Never released. Advisories name the packages themselves, the affected and the fixed version. */
export const archLinux = distroEcosystem({
  id: 'arch-linux',
  advisoryEcosystem: 'Arch Linux',
  ids: ['arch'],
  isComprehensive: true,
  packaging: pacmanPackaging,
  names: ['source', 'own'],
});
