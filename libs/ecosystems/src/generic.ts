import { languageEcosystem } from './language/language-ecosystem';

/** Programs without a package. No advisories speak of them under these names, so nothing is ever compared. */
export const generic = languageEcosystem({
  id: 'generic',
  advisoryEcosystem: 'generic',
  purlType: 'generic',
  extractors: ['java-runtime', 'other-managers', 'programs'],
});
