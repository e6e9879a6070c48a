import { rubygems as rubygemsScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

export const rubygems = languageEcosystem({
  id: 'rubygems',
  advisoryEcosystem: 'RubyGems',
  purlType: 'gem',
  scheme: rubygemsScheme,
  extractors: ['gemspec', 'ruby-lock'],
});
