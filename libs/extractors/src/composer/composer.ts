import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { ComposerPackage, InstalledJson } from './installed-json.schema';

/** PHP packages that Composer installed. See README.md beside this file. */
export const composer: Extractor = {
  id: 'composer',
  revision: 1,
  reads: 'language',
  files: [{ baseName: 'installed.json', below: 'composer', maxBytes: 64 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readInstalled(file)),
};

function readInstalled(file: LayerFile): Extraction {
  if (!/(?:^|\/)composer\/installed\.json$/.test(file.path)) return nothingExtracted;
  return installedIn(file.bytes, file.path);
}

/** The packages in a list that Composer wrote, at a path or in the archive there. */
export function installedIn(bytes: Buffer, path: string): Extraction {
  const installed = InstalledJson.safeParse(parseJson(bytes));
  if (!installed.success) return { packages: [], problems: [problem(path, 'is not a list of packages')] };
  const packages: ExtractedPackage[] = [];
  let invalid = 0;
  for (const entry of installed.data) {
    const found = ComposerPackage.safeParse(entry);
    if (found.success) packages.push(composerPackage(found.data));
    else invalid++;
  }
  const problems = invalid === 0 ? [] : [problem(path, `has ${invalid} packages without a name or a version`)];
  return { packages, problems };
}

export function composerPackage({ name, version, license }: ComposerPackage): ExtractedPackage {
  const licenses = [license ?? []].flat();
  return { name, version, ...(licenses.length === 0 ? {} : { licenses }) };
}

function problem(path: string, what: string): Problem {
  return {
    code: 'composer-installed-invalid',
    message: `Composer's list of installed packages at "${path}" ${what}; they are missing from the inventory.`,
    path,
  };
}
