import { cran as cranScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const cran = languageEcosystem({
  id: 'cran',
  advisoryEcosystem: 'CRAN',
  purlType: 'cran',
  scheme: cranScheme,
  extractors: ['r', 'r-lock'],
});
