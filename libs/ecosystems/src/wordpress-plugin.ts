import { languageEcosystem } from './language/language-ecosystem';

/** No advisories speak of them in OSV, and the purl type is one that the specification only reserves. */
export const wordpressPlugin = languageEcosystem({
  id: 'wordpress-plugin',
  advisoryEcosystem: 'WordPress Plugin',
  purlType: 'wordpress',
  extractors: ['wordpress'],
});
