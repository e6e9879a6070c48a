import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { isPackageText, nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { Component, CycloneDxDocument } from './cyclonedx.schema';

/** Crates that are compiled into Python packages. See README.md beside this file. */
export const wheelCrates: Extractor = {
  id: 'wheel-crates',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.json', below: 'sboms', maxBytes: 64 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(isOfWheel(file) ? readDocument(file) : nothingExtracted),
};

function isOfWheel({ path }: LayerFile): boolean {
  return /\.dist-info\/sboms\//.test(path);
}

/** More than any document nests. */
const maxDepth = 64;

function readDocument(file: LayerFile): Extraction {
  const document = CycloneDxDocument.safeParse(parseJson(file.bytes));
  if (!document.success) {
    const message = `"${file.path}" is no CycloneDX document in JSON: crates that are compiled into the Python package are missing from the inventory.`;
    return { packages: [], problems: [problemAt(file, 'wheel-sbom-unreadable', message)] };
  }
  const packages: ExtractedPackage[] = [];
  let unread = 0;
  let level: readonly unknown[] = document.data.components;
  for (let depth = 0; level.length > 0; depth++) {
    const components = level.flatMap((value) => Component.safeParse(value).data ?? []);
    unread += level.length - components.length;
    for (const component of components.filter(isCrate)) {
      const crate = crateOf(component);
      if (crate === undefined) unread++;
      else packages.push(crate);
    }
    level = components.flatMap((component) => component.components);
    if (depth === maxDepth) {
      unread += level.length;
      break;
    }
  }
  const message = `"${file.path}" has ${unread} components without a readable name and version; they are missing from the inventory.`;
  return { packages, problems: unread === 0 ? [] : [problemAt(file, 'wheel-component-invalid', message)] };
}

/** What was only there to build, and what lies in the project itself, are no crates of the registry that are in the wheel. */
function isCrate({ purl, scope }: Component): boolean {
  return scope !== 'excluded' && purl?.startsWith('pkg:cargo/') === true && !/[?&]download_url=file:/.test(purl);
}

function crateOf({ purl }: Component): ExtractedPackage | undefined {
  const [, name, encoded = ''] = /^pkg:cargo\/([\w-]+)@([\w.~%+-]+)(?:[?#].*)?$/.exec(purl ?? '') ?? [];
  const version = encoded.replaceAll(/%2b/gi, '+');
  return isPackageText(name) && isPackageText(version) ? { name, version, isVendored: true } : undefined;
}

function problemAt({ path }: LayerFile, code: string, message: string): Problem {
  return { code, message, path };
}
