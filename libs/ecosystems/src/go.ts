import { go as goScheme } from '@tidewaiter/versions';
import type { Ecosystem } from './ecosystem';
import { languageEcosystem, splitAtLastSlash } from './language/language-ecosystem';

const modules = languageEcosystem({
  id: 'go',
  advisoryEcosystem: 'Go',
  purlType: 'golang',
  scheme: goScheme,
  extractors: ['go-binary', 'go-mod'],
  purl: ({ name }) => splitAtLastSlash(name.toLowerCase()),
  // The library's own go.mod says `module std`, and so do bills of materials made from it (cyclonedx-gomod).
  otherNames: (name) => (name === 'std' ? ['stdlib'] : []),
});

/**
 * Packages are named by module path, major version suffix included; the standard library is the package `stdlib`, as in the
 * Go vulnerability database. Module paths have case, but the purl specification wants them in lower case, and so are they looked up.
 */
export const go: Ecosystem = {
  ...modules,
  lookupKeys: (pkg) => {
    const keys = modules.lookupKeys(pkg);
    // So they are in a store until its records are read anew.
    const asWritten = { ecosystem: pkg.ecosystem, name: pkg.name };
    return keys.some(({ name }) => name === pkg.name) ? keys : [...keys, asWritten];
  },
};
