import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/** OSV writes the release with a zero that never changes: `Photon OS:5.0`. */
export const photonOs = distroEcosystem({
  id: 'photon-os',
  advisoryEcosystem: 'Photon OS',
  ids: ['photon'],
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: {
    of: (release) => {
      const major = majorOf(release);
      return major === undefined ? undefined : `${major}.0`;
    },
    all: numbered(1, 5).map((major) => `${major}.0`),
  },
  names: ['source', 'own'],
});
