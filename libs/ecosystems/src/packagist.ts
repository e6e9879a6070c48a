import { composer } from '@tidewaiter/versions';
import { languageEcosystem, splitAtLastSlash } from './language/language-ecosystem';

/** Packages are named `vendor/name`, without regard to case. */
export const packagist = languageEcosystem({
  id: 'packagist',
  advisoryEcosystem: 'Packagist',
  purlType: 'composer',
  scheme: composer,
  extractors: ['composer', 'composer-lock', 'pear', 'phar'],
  purl: ({ name }) => splitAtLastSlash(name.toLowerCase()),
});
