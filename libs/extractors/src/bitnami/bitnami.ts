import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { isPackageText, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { SpdxDocument, SpdxPackage } from './spdx-document.schema';

/** Components of Bitnami's images. See README.md beside this file. */
export const bitnami: Extractor = {
  id: 'bitnami',
  revision: 1,
  reads: 'language',
  files: [{ prefix: '.spdx-', suffix: '.spdx', below: 'opt/bitnami', maxBytes: 64 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readDocument(file)),
};

function readDocument(file: LayerFile): Extraction {
  const document = SpdxDocument.safeParse(parseJson(file.bytes));
  if (!document.success) {
    const message = `"${file.path}" is no SPDX 2 document in JSON; the component that it describes is missing from the inventory.`;
    return { packages: [], problems: [problemAt(file, 'bitnami-document-invalid', message)] };
  }
  const purls = document.data.packages.flatMap((value) => bitnamiPurls(value));
  const packages = purls.flatMap(({ purl, stated }) => packageOf(purl, stated) ?? []);
  if (packages.length === purls.length) return { packages, ...ownedBy(packages, file), problems: [] };
  const unread = purls.length - packages.length;
  const message = `"${file.path}" has ${unread} package URLs of Bitnami without a readable name and version; these components are missing from the inventory.`;
  return { packages, ...ownedBy(packages, file), problems: [problemAt(file, 'bitnami-purl-invalid', message)] };
}

function problemAt({ path }: LayerFile, code: string, message: string): Problem {
  return { code, message, path };
}

interface StatedPurl {
  readonly purl: string;
  readonly stated: SpdxPackage;
}

/** What the document says of other ecosystems is found where it is installed. */
function bitnamiPurls(value: unknown): readonly StatedPurl[] {
  const parsed = SpdxPackage.safeParse(value);
  if (!parsed.success) return [];
  const purl = parsed.data.externalRefs.find(
    ({ referenceType, referenceLocator }) => referenceType === 'purl' && referenceLocator.startsWith('pkg:bitnami/'),
  );
  return purl === undefined ? [] : [{ purl: purl.referenceLocator, stated: parsed.data }];
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/bitnami-definition.md */
function packageOf(purl: string, { licenseDeclared, licenseConcluded }: SpdxPackage): ExtractedPackage | undefined {
  const [, name, encoded = '', query] = /^pkg:bitnami\/([\w.-]+)@([\w.~%+-]+)(?:\?([^#]*))?$/.exec(purl) ?? [];
  const version = decoded(encoded);
  if (!isPackageText(name) || !isPackageText(version)) return undefined;
  const qualifiers = new URLSearchParams(query);
  const purlQualifiers = Object.fromEntries(
    ['arch', 'distro'].flatMap((key) => {
      const value = qualifiers.get(key) ?? undefined;
      return isPackageText(value) ? [[key, value]] : [];
    }),
  );
  const license = [licenseDeclared, licenseConcluded].find(isAsserted);
  return {
    name,
    version,
    ...(license === undefined ? {} : { licenses: [license] }),
    ...(Object.keys(purlQualifiers).length === 0 ? {} : { purlQualifiers }),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function isAsserted(license: string | undefined): boolean {
  return license !== undefined && license !== 'NOASSERTION' && license !== 'NONE';
}

/** A component has the directory of its own name for itself; what is beside others, as in `common`, names no files. */
function ownedBy(packages: readonly ExtractedPackage[], { path }: LayerFile): Pick<Extraction, 'ownedFiles'> {
  const directory = path.slice(0, path.lastIndexOf('/'));
  const name = directory.slice(directory.lastIndexOf('/') + 1);
  const isAlone = path === `opt/bitnami/${name}/.spdx-${name}.spdx` && packages.some((pkg) => pkg.name === name);
  return isAlone ? { ownedFiles: [{ name, paths: [], directories: [directory] }] } : {};
}
