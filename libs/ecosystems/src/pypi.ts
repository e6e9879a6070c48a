import { normalizeAdvisoryName } from '@tidewaiter/contracts';
import { pep440 } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const pypi = languageEcosystem({
  id: 'pypi',
  advisoryEcosystem: 'PyPI',
  purlType: 'pypi',
  scheme: pep440,
  extractors: ['python', 'python-lock', 'pyinstaller'],
  purl: ({ name }) => ({ name: normalizeAdvisoryName('PyPI', name) }),
});
