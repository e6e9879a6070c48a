import { pub as pubScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const pub = languageEcosystem({
  id: 'pub',
  advisoryEcosystem: 'Pub',
  purlType: 'pub',
  scheme: pubScheme,
  extractors: ['dart-lock'],
  purl: ({ name }) => ({ name: name.toLowerCase().replaceAll('-', '_') }),
});
