import { bitnami as bitnamiScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** Components of Bitnami's images, which are the same on Debian and on Photon OS. */
export const bitnami = languageEcosystem({
  id: 'bitnami',
  advisoryEcosystem: 'Bitnami',
  purlType: 'bitnami',
  scheme: bitnamiScheme,
  extractors: ['bitnami', 'bitnami-components'],
  purl: ({ name }) => ({ name: name.toLowerCase() }),
});
