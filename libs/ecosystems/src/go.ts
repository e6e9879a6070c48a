import { go as goScheme } from '@tidewaiter/versions';
import { languageEcosystem, splitAtLastSlash } from './language/language-ecosystem';

/**
 * Packages are named by module path, major version suffix included; the standard library is the package `stdlib`, as in the
 * Go vulnerability database. Module paths have case, but the purl specification wants them in lower case.
 */
export const go = languageEcosystem({
  id: 'go',
  advisoryEcosystem: 'Go',
  purlType: 'golang',
  scheme: goScheme,
  extractors: ['go-binary', 'go-mod'],
  purl: ({ name }) => splitAtLastSlash(name.toLowerCase()),
  // The library's own go.mod says `module std`, and so do bills of materials made from it (cyclonedx-gomod).
  otherNames: (name) => (name === 'std' ? ['stdlib'] : []),
});
