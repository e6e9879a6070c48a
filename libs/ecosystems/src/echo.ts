import { distroEcosystem } from './distro/distro-ecosystem';
import { debPackaging } from './distro/packaging';

/** Debian's packages rebuilt with fixes of its own; one line without releases. */
export const echo = distroEcosystem({
  id: 'echo',
  advisoryEcosystem: 'Echo',
  ids: ['echo'],
  isComprehensive: false,
  packaging: debPackaging,
  names: ['source'],
});
