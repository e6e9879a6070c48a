import { languageEcosystem } from './language/language-ecosystem';

/** A type of its own: the specification reserves one for WordPress, and a plugin may have the same slug. */
export const wordpressTheme = languageEcosystem({
  id: 'wordpress-theme',
  advisoryEcosystem: 'WordPress Theme',
  purlType: 'wordpress-theme',
  extractors: ['wordpress-theme'],
});
