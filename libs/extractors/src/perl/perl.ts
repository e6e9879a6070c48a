import type { ExtractedPackage } from '@tidewaiter/contracts';
import type { Extraction, Extractor, LayerFile } from '../extractor';
import { parseJson } from '../json';
import { InstallJson } from './perl.schema';

/** Distributions installed from CPAN. See README.md beside this file. */
export const perl: Extractor = {
  id: 'perl',
  revision: 2,
  reads: 'language',
  files: [{ baseName: 'install.json', below: '.meta', maxBytes: 1024 * 1024 }],
  extract: (file) => Promise.resolve(readInstallJson(file)),
};

function readInstallJson(file: LayerFile): Extraction {
  const install = InstallJson.safeParse(parseJson(file.bytes));
  const found = install.success ? distributionOf(install.data) : undefined;
  if (found !== undefined && found.name !== '' && found.version !== '') return { packages: [found], problems: [] };
  const message = `"${file.path}" does not say which distribution was installed.`;
  return { packages: [], problems: [{ code: 'perl-install-invalid', message, path: file.path }] };
}

/**
 * Advisories and purls speak of distributions (`Encode`) and their versions, not of modules (`Encode::Alias`), of which each has a
 * version of its own: what `version` says is that of the module that was asked for.
 */
function distributionOf({ dist, version, pathname }: InstallJson): ExtractedPackage {
  const author = /^[A-Z]\/[A-Z][A-Z0-9-]\/([A-Z][A-Z0-9-]{1,63})\//.exec(pathname ?? '')?.[1];
  const [, name = dist, distVersion = version] = /^(.+)-(v?\d[\w.]*)(?:-TRIAL\d*)?$/.exec(dist) ?? [];
  return { name, version: distVersion, ...(author === undefined ? {} : { purlNamespace: author }) };
}
