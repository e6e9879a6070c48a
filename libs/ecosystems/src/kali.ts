import { distroEcosystem } from './distro/distro-ecosystem';
import { debPackaging } from './distro/packaging';

/** Snapshots of Debian testing with changes of its own. No release of Debian's has the same packages, and nobody publishes advisories. */
export const kali = distroEcosystem({
  id: 'kali',
  advisoryEcosystem: 'Kali Linux',
  ids: ['kali'],
  isComprehensive: false,
  packaging: debPackaging,
  names: ['source'],
});
