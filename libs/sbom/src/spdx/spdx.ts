import type { Release } from '@tidewaiter/contracts';
import {
  ComponentList,
  imageDigest,
  imagePath,
  ownFacts,
  statedGaps,
  type SbomComponent,
  type SbomContent,
  type SbomLimits,
} from '../component';
import { ComponentGraph } from '../component-graph';
import { isOfDistro } from '../distro-purls';
import { distroId, ownReleaseFacts } from '../release';
import { statedImage, type StatedImage } from '../stated-image';
import { SpdxPackage, type SpdxDocument } from './spdx.schema';

/** Every package but the one the document is about, where that is an image, a directory or a file. */
export function spdxContent(document: SpdxDocument, limits: SbomLimits): SbomContent {
  const list = new ComponentList(limits);
  const described = describedBy(document);
  const texts = new Map(document.hasExtractedLicensingInfos.map((info) => [info.licenseId, info.extractedText]));
  const packages: SpdxPackage[] = [];
  for (const value of document.packages) {
    const parsed = SpdxPackage.safeParse(value);
    if (parsed.success) packages.push(parsed.data);
    else list.malformed();
  }
  const owners = ownersOf(packages, document);
  let os: Release | undefined;
  let digest: string | undefined;
  for (const pkg of packages) {
    if (purposeOf(pkg) === 'CONTAINER' && described.has(pkg.SPDXID ?? '')) digest ??= imageDigest(pkg.versionInfo);
    if (purposeOf(pkg) === 'OPERATING-SYSTEM') os ??= releaseOf(pkg);
    else if (isPackage(pkg, described)) list.add({ ...componentOf(pkg, texts), ownedBy: ownerOf(pkg, owners) });
  }
  const gaps = statedGaps(notesOf(document, 'problem'), false);
  const format = { name: 'SPDX', version: document.spdxVersion.replace('SPDX-', ''), known: /^2\.[0-3]$/ };
  const about = packages.filter(({ SPDXID }) => described.has(SPDXID ?? ''));
  const graph = graphOf(packages, document, about);
  return list.content(format, { os, digest, gaps, image: imageOf(about), graph });
}

function describedBy({ documentDescribes, relationships }: SpdxDocument): ReadonlySet<string> {
  return new Set([
    ...documentDescribes,
    ...relationships.flatMap(({ spdxElementId, relationshipType, relatedSpdxElement }) =>
      relationshipType === 'DESCRIBES' && spdxElementId === 'SPDXRef-DOCUMENT' ? [relatedSpdxElement] : [],
    ),
  ]);
}

/** Of several it is not known which one a package is of. */
function imageOf(about: readonly SpdxPackage[]): StatedImage | undefined {
  const [pkg, ...others] = about;
  if (pkg === undefined || others.length > 0) return undefined;
  return statedImage({
    purl: locatorsOf(pkg, /^purl$/)[0],
    containerName: purposeOf(pkg) === 'CONTAINER' ? pkg.name : undefined,
  });
}

/** https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/ */
const downwards = /^(?:CONTAINS|DEPENDS_ON|STATIC_LINK|DYNAMIC_LINK|HAS_PREREQUISITE)$/;
const upwards = /^(?:CONTAINED_BY|PREREQUISITE_FOR|(?:[A-Z]+_)?DEPENDENCY_OF)$/;

function graphOf(
  packages: readonly SpdxPackage[],
  { relationships }: SpdxDocument,
  about: readonly SpdxPackage[],
): ComponentGraph {
  const graph = new ComponentGraph();
  const [only, ...others] = about;
  for (const pkg of packages) {
    const node = graph.add({ ref: pkg.SPDXID, purl: locatorsOf(pkg, /^purl$/)[0], locations: locationsOf(pkg) });
    if (pkg === only && others.length === 0) graph.setAbout(node);
  }
  for (const { spdxElementId, relationshipType, relatedSpdxElement } of relationships) {
    if (downwards.test(relationshipType)) graph.linkRefs(spdxElementId, relatedSpdxElement);
    else if (upwards.test(relationshipType)) graph.linkRefs(relatedSpdxElement, spdxElementId);
  }
  return graph;
}

/**
 * Purls of owners, by the id of what they own. Syft: a package whose list of files names one that another package was read from. Packages of
 * languages have such lists as well, and speak for nobody.
 */
function ownersOf(packages: readonly SpdxPackage[], { relationships }: SpdxDocument): ReadonlyMap<string, string> {
  const claims = relationships.filter(
    ({ relationshipType, comment }) =>
      relationshipType === 'OTHER' && comment?.startsWith('ownership-by-file-overlap') === true,
  );
  const ids = new Set(claims.map(({ spdxElementId }) => spdxElementId));
  const purls = new Map(
    packages.flatMap((pkg) => {
      const [purl] = ids.has(pkg.SPDXID ?? '') ? locatorsOf(pkg, /^purl$/) : [];
      return purl !== undefined && isOfDistro(purl) ? [[pkg.SPDXID, purl]] : [];
    }),
  );
  return new Map(
    claims.flatMap(({ spdxElementId, relatedSpdxElement }) => {
      const purl = purls.get(spdxElementId);
      return purl === undefined ? [] : [[relatedSpdxElement, purl]];
    }),
  );
}

/** Ours is an annotation. */
function ownerOf(pkg: SpdxPackage, owners: ReadonlyMap<string, string>): string | undefined {
  return notesOf(pkg, 'ownedBy')[0] ?? owners.get(pkg.SPDXID ?? '');
}

/** The schema writes an underscore, the text of the specification a hyphen. */
function purposeOf(pkg: SpdxPackage): string | undefined {
  return pkg.primaryPackagePurpose?.replaceAll('_', '-');
}

/** Trivy writes a lock file as a package that contains its packages, and annotates it with its class. */
function isPackage(pkg: SpdxPackage, described: ReadonlySet<string>): boolean {
  if (locatorsOf(pkg, /^purl$/).some((purl) => !purl.startsWith('pkg:oci/') && !purl.startsWith('pkg:docker/')))
    return true;
  const purpose = purposeOf(pkg);
  if (purpose === 'CONTAINER' || purpose === 'FILE' || purpose === 'SOURCE') return false;
  if (pkg.annotations.some(({ comment }) => comment.startsWith('Class: '))) return false;
  return pkg.SPDXID === undefined || !described.has(pkg.SPDXID);
}

function componentOf(pkg: SpdxPackage, texts: ReadonlyMap<string, string>): SbomComponent {
  const { name, versionInfo, licenseDeclared } = pkg;
  return {
    name,
    version: versionInfo,
    purl: locatorsOf(pkg, /^purl$/)[0],
    cpes: locatorsOf(pkg, /^cpe2[23]Type$/),
    licenses: isAsserted(licenseDeclared) ? [texts.get(licenseDeclared) ?? licenseDeclared] : [],
    locations: locationsOf(pkg),
    source: sourceOf(pkg),
    ours: ownFacts((fact) => notesOf(pkg, fact)[0]),
  };
}

function isAsserted(license: string | undefined): license is string {
  return license !== undefined && license !== '' && license !== 'NOASSERTION' && license !== 'NONE';
}

function locatorsOf(pkg: SpdxPackage, type: RegExp): readonly string[] {
  // Documents of 2.2 name the type by its whole address.
  return pkg.externalRefs.flatMap(({ referenceType, referenceLocator }) =>
    type.test(referenceType.slice(referenceType.lastIndexOf('/') + 1)) ? [referenceLocator] : [],
  );
}

/** Ours are annotations; Syft names the file at the end of how it was found, `acquired package info from DPKG DB: /var/...`. */
function locationsOf(pkg: SpdxPackage): readonly string[] {
  const { sourceInfo } = pkg;
  const acquired = sourceInfo?.startsWith('acquired package info') === true ? sourceInfo.split(': ').at(-1) : undefined;
  return [...notesOf(pkg, 'location'), ...(acquired ?? '').split(', ').filter((path) => path.startsWith('/'))].map(
    imagePath,
  );
}

/** Values of our annotations `key: value`. */
function notesOf({ annotations }: Pick<SpdxPackage, 'annotations'>, key: string): readonly string[] {
  const start = `${key}: `;
  return annotations.flatMap(({ comment }) => (comment.startsWith(start) ? [comment.slice(start.length)] : []));
}

/** `built package from: openssl 3.0.11-1`: Trivy's words, and ours. */
function sourceOf({ sourceInfo }: SpdxPackage): SbomComponent['source'] {
  const stated = /^built package from: (\S+)(?: (\S+))?$/.exec(sourceInfo ?? '');
  return stated?.[1] === undefined ? undefined : { name: stated[1], version: stated[2] };
}

function releaseOf(pkg: SpdxPackage): Release {
  const { name, versionInfo, summary } = pkg;
  return {
    id: distroId(name),
    ...(versionInfo === undefined || versionInfo === '' ? {} : { versionId: versionInfo }),
    ...(summary === undefined ? {} : { prettyName: summary }),
    ...ownReleaseFacts((fact) => notesOf(pkg, fact)),
  };
}
