import { semver } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const cratesIo = languageEcosystem({
  id: 'crates-io',
  advisoryEcosystem: 'crates.io',
  purlType: 'cargo',
  scheme: semver,
  extractors: ['rust-binary', 'rust-lock', 'cargo-install', 'wheel-crates'],
});
