import { distroEcosystem } from './distro/distro-ecosystem';
import { rpmPackaging } from './distro/packaging';
import { majorOf, numbered } from './distro/release-texts';

/**
 * Runs ahead of the Red Hat Enterprise Linux that it will become, and nobody publishes advisories for it: judged by Red Hat's it would
 * look vulnerable where a fix came under a lower number, and fixed where it came under a higher one. It shares its ID with CentOS Linux.
 */
export const centosStream = distroEcosystem({
  id: 'centos-stream',
  advisoryEcosystem: 'CentOS Stream',
  ids: ['centos'],
  // CentOS Linux ended with 8. Where the name is not kept, in a purl for example, only the number tells.
  isMeant: (release) => release.prettyName?.includes('Stream') === true || Number(majorOf(release)) >= 9,
  isComprehensive: false,
  packaging: rpmPackaging,
  releases: { of: majorOf, all: numbered(8, 10) },
  names: ['source', 'own'],
});
