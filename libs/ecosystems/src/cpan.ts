import { languageEcosystem } from './language/language-ecosystem';

/**
 * Perl distributions. No advisories speak of them in OSV. The purl specification wants the author's CPAN id before the name, which
 * is left out where what is installed does not say it.
 */
export const cpan = languageEcosystem({
  id: 'cpan',
  advisoryEcosystem: 'CPAN',
  purlType: 'cpan',
  extractors: ['perl'],
});
