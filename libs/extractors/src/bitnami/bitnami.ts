import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import { isPackageText, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { parseJson } from '../json';
import { SpdxDocument, SpdxPackage } from './spdx-document.schema';

/** Components of Bitnami's images. See README.md beside this file. */
export const bitnami: Extractor = {
  id: 'bitnami',
  revision: 2,
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
  const stated = document.data.packages.flatMap((value) => SpdxPackage.safeParse(value).data ?? []);
  const purls = stated.flatMap(bitnamiPurls);
  const packages = purls.flatMap((purl) => packageOf(purl) ?? []);
  const malformed = document.data.packages.length - stated.length;
  const unread = purls.length - packages.length;
  return { packages, ...ownedBy(packages, file), problems: problemsOf(file, malformed, unread) };
}

/** A package that is not as SPDX has it may be a component: it is told, not taken for one of another ecosystem. */
function problemsOf(file: LayerFile, malformed: number, unread: number): readonly Problem[] {
  const malformedText = `"${file.path}" has ${malformed} packages that are not as SPDX 2 has them; components among them are missing from the inventory.`;
  const unreadText = `"${file.path}" has ${unread} package URLs of Bitnami without a readable name and version; these components are missing from the inventory.`;
  return [
    ...(malformed === 0 ? [] : [problemAt(file, 'bitnami-package-invalid', malformedText)]),
    ...(unread === 0 ? [] : [problemAt(file, 'bitnami-purl-invalid', unreadText)]),
  ];
}

function problemAt({ path }: LayerFile, code: string, message: string): Problem {
  return { code, message, path };
}

interface StatedPurl {
  readonly purl: string;
  readonly stated: SpdxPackage;
}

/** What the document says of other ecosystems is found where it is installed. */
function bitnamiPurls(stated: SpdxPackage): readonly StatedPurl[] {
  const purl = stated.externalRefs?.find(
    ({ referenceType, referenceLocator }) => referenceType === 'purl' && referenceLocator.startsWith('pkg:bitnami/'),
  );
  return purl === undefined ? [] : [{ purl: purl.referenceLocator, stated }];
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/bitnami-definition.md */
function packageOf({ purl, stated }: StatedPurl): ExtractedPackage | undefined {
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
  const license = [stated.licenseDeclared, stated.licenseConcluded].find(isAsserted);
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
