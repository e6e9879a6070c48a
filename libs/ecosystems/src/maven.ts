import { maven as mavenScheme } from '@tidewaiter/versions';
import { languageEcosystem, withoutNamespace } from './language/language-ecosystem';

/** Packages are named `group:artifact`; an archive that says only its artifact has no group, and no Maven purl. */
export const maven = languageEcosystem({
  id: 'maven',
  advisoryEcosystem: 'Maven',
  purlType: 'maven',
  scheme: mavenScheme,
  extractors: ['java-archive', 'java-lock'],
  purl: ({ name }) => {
    const colon = name.indexOf(':');
    return colon === -1 ? withoutNamespace : { namespace: name.slice(0, colon), name: name.slice(colon + 1) };
  },
});
