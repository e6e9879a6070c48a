import { semver } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** C and C++ packages: most recipes keep their project's version, which need not be SemVer and is undetermined then. */
export const conan = languageEcosystem({
  id: 'conan',
  advisoryEcosystem: 'ConanCenter',
  purlType: 'conan',
  scheme: semver,
  extractors: ['conan-lock'],
});
