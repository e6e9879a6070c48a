import type { Extraction, Extractor, LayerFile } from '../extractor';
import { parseJson } from '../json';
import { InstallJson } from './perl.schema';

/** Distributions installed from CPAN. See README.md beside this file. */
export const perl: Extractor = {
  id: 'perl',
  revision: 1,
  reads: 'language',
  files: [{ baseName: 'install.json', below: '.meta', maxBytes: 1024 * 1024 }],
  extract: (file) => Promise.resolve(readInstallJson(file)),
};

function readInstallJson(file: LayerFile): Extraction {
  const install = InstallJson.safeParse(parseJson(file.bytes));
  const name = install.success ? distributionName(install.data) : '';
  if (install.success && name !== '' && install.data.version !== '') {
    return { packages: [{ name, version: install.data.version }], problems: [] };
  }
  const message = `"${file.path}" does not say which distribution was installed.`;
  return { packages: [], problems: [{ code: 'perl-install-invalid', message, path: file.path }] };
}

/** Advisories and purls speak of distributions (`Try-Tiny`), not of modules (`Try::Tiny`). */
function distributionName({ dist, version }: InstallJson): string {
  for (const ending of [`-${version}`, `-v${version}`]) if (dist.endsWith(ending)) return dist.slice(0, -ending.length);
  return dist.replace(/-v?\d[\w.]*$/, '');
}
