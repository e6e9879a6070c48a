import { normalizeAdvisoryName } from '@tidewaiter/contracts';
import { languageEcosystem } from './language/language-ecosystem';

export const pypi = languageEcosystem({
  id: 'pypi',
  advisoryEcosystem: 'PyPI',
  purlType: 'pypi',
  extractors: ['python', 'python-lock'],
  purl: ({ name }) => ({ name: normalizeAdvisoryName('PyPI', name) }),
});
