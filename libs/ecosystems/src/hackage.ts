import { hackage as hackageScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const hackage = languageEcosystem({
  id: 'hackage',
  advisoryEcosystem: 'Hackage',
  purlType: 'hackage',
  scheme: hackageScheme,
  extractors: ['haskell', 'haskell-lock'],
});
