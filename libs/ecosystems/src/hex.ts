import { semver } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** Elixir orders by SemVer and always writes three numbers; Erlang applications have fewer, and what is missing is 0. */
export const hex = languageEcosystem({
  id: 'hex',
  advisoryEcosystem: 'Hex',
  purlType: 'hex',
  scheme: semver,
  extractors: ['beam', 'elixir-lock'],
  purl: ({ name }) => ({ name: name.toLowerCase() }),
});
