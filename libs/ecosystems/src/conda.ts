import { languageEcosystem } from './language/language-ecosystem';

/** Packages of conda's channels. No advisories speak of them in OSV. */
export const conda = languageEcosystem({
  id: 'conda',
  advisoryEcosystem: 'Conda',
  purlType: 'conda',
  extractors: ['conda', 'conda-lock'],
});
