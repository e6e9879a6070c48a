import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';
import { isRecord, parseJson } from '../json';
import { installPathOf } from './install-path';
import { PackageManifest } from './package-manifest.schema';

/** Packages installed by npm, yarn or pnpm. See README.md beside this file. */
export const npm: Extractor = {
  id: 'npm',
  revision: 2,
  reads: 'language',
  files: [{ baseName: 'package.json', below: 'node_modules', maxBytes: 4 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readPackageJson(file)),
};

function readPackageJson(file: LayerFile): Extraction {
  const installed = installPathOf(file.path);
  if (installed === undefined) return nothingExtracted;
  const body = parseJson(file.bytes);
  // The registry takes no private package, so no advisory speaks of one.
  if (isRecord(body) && body['private'] === true) return nothingExtracted;
  const manifest = PackageManifest.safeParse(body);
  if (manifest.success) {
    // The name inside decides: under an alias the directory is called otherwise.
    const { name, version } = manifest.data;
    const directory = file.path.slice(0, -'/package.json'.length);
    return {
      packages: [{ name, version }],
      ownedFiles: [{ name, paths: [], directories: [directory] }],
      problems: [],
    };
  }
  if (!installed.isPlainTree) return nothingExtracted;
  return {
    packages: [],
    problems: [
      {
        code: 'npm-manifest-invalid',
        message: `The package.json of the installed package "${installed.directoryName.slice(0, 128)}" has no readable name and version.`,
        path: file.path,
      },
    ],
  };
}
