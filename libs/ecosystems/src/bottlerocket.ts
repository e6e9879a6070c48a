import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';

/** Built from rpms and updated as a whole. Errata of its own name packages, whatever the release. */
export const bottlerocket = distroEcosystem({
  id: 'bottlerocket',
  advisoryEcosystem: 'Bottlerocket',
  ids: ['bottlerocket'],
  isComprehensive: false,
  packaging: { ...rpmPackaging, extractors: ['bottlerocket'] },
  names: ['own'],
});
