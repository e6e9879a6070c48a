import { nuget as nugetScheme } from '@tidewaiter/versions';
import { languageEcosystem } from './language/language-ecosystem';

/** NuGet does not regard the case of names, but keeps it, and so does the purl. */
export const nuget = languageEcosystem({
  id: 'nuget',
  advisoryEcosystem: 'NuGet',
  purlType: 'nuget',
  scheme: nugetScheme,
  extractors: ['dotnet', 'dotnet-bundle', 'dotnet-lock'],
});
