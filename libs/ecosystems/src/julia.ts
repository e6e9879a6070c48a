import { semver } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** Two registries may use one name, so the purl carries the UUID that Julia itself goes by. */
export const julia = languageEcosystem({
  id: 'julia',
  advisoryEcosystem: 'Julia',
  purlType: 'julia',
  scheme: semver,
  extractors: ['julia', 'julia-lock'],
});
