import { githubActions as githubActionsScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** Packages are named `owner/repository` or `owner/repository/path`: advisories speak of the repository, some of the path. */
export const githubActions = languageEcosystem({
  id: 'github-actions',
  advisoryEcosystem: 'GitHub Actions',
  purlType: 'githubactions',
  scheme: githubActionsScheme,
  extractors: ['github-actions'],
  purl: ({ name }) => {
    const [owner = '', repository = '', ...path] = name.split('/');
    return { namespace: owner.toLowerCase(), name: [repository.toLowerCase(), ...path].join('/') };
  },
  otherNames: (name) => [name.split('/').slice(0, 2).join('/')],
});
