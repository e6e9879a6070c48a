import type { ExtractedPackage } from '@tidewaiter/contracts';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { isRecord, parseJson } from '../json';
import { installPathOf, isNamedAfter, isVendoredCopy } from './install-path';
import { PackageManifest } from './package-manifest.schema';

/** Packages installed by npm, yarn, pnpm, bun or deno. See README.md beside this file. */
export const npm: Extractor = {
  id: 'npm',
  revision: 6,
  reads: 'language',
  files: [{ baseName: 'package.json', maxBytes: 4 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readPackageJson(file)),
};

function readPackageJson(file: LayerFile): Extraction {
  const body = parseJson(file.bytes);
  // The registry takes no private package, so no advisory speaks of one.
  if (isRecord(body) && (body['private'] === true || isStub(body))) return nothingExtracted;
  const manifest = PackageManifest.safeParse(body);
  const installed = installPathOf(file.path);
  if (manifest.success) {
    // In a tree the name inside decides: under an alias the directory is called otherwise.
    const isInstalled = installed?.isInFixtures === false || isNamedAfter(file.path, manifest.data);
    if (isInstalled) return installedAt(file.path, packageOf(manifest.data));
    if (!isVendoredCopy(file.path, manifest.data.name)) return nothingExtracted;
    return installedAt(file.path, { ...packageOf(manifest.data), isVendored: true });
  }
  if (installed?.isPlainTree !== true) return nothingExtracted;
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

/** Yarn puts one in place of a package that is for another platform. */
function isStub(body: Readonly<Record<string, unknown>>): boolean {
  return body['mocked'] === true && body['version'] === undefined;
}

/** Everything in the directory of a package is the package's. */
function installedAt(path: string, pkg: ExtractedPackage): Extraction {
  const directory = path.slice(0, -'/package.json'.length);
  return {
    packages: [pkg],
    ownedFiles: [{ statedIn: path, paths: [], directories: [directory] }],
    problems: [],
  };
}

function packageOf({ name, version, license, licenses }: PackageManifest): ExtractedPackage {
  const stated = [license ?? licenses ?? []].flat();
  return { name, version, ...(stated.length === 0 ? {} : { licenses: stated }) };
}
