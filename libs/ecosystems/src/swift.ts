import { normalizeAdvisoryName } from '@tidewaiter/contracts';
import { semver } from '@tidewaiter/versions';
import { languageEcosystem, splitAtLastSlash, withoutNamespace } from './language/language-ecosystem';

/** Packages are named by the address of their repository; one without an address has no Swift purl. */
export const swift = languageEcosystem({
  id: 'swift',
  advisoryEcosystem: 'SwiftURL',
  purlType: 'swift',
  scheme: semver,
  extractors: ['swift-lock'],
  purl: ({ name }) => {
    const address = splitAtLastSlash(normalizeAdvisoryName('SwiftURL', name));
    return address.namespace === undefined ? withoutNamespace : address;
  },
});
