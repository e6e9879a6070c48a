import type { Release } from '@tidewaiter/contracts';
import { ComponentList, type SbomComponent, type SbomContent, type SbomLimits } from '../component';
import { distroId } from '../release';
import { Spdx3Element, type Spdx3Document } from './spdx-3.schema';

const notPackages: readonly (string | undefined)[] = ['container', 'file', 'source', 'operatingSystem'];

/** A graph of elements: packages are some of them, their licences are reached over relationships. */
export function spdx3Content(document: Spdx3Document, limits: SbomLimits): SbomContent {
  const list = new ComponentList(limits);
  const elements: Spdx3Element[] = [];
  for (const value of document['@graph']) {
    const parsed = Spdx3Element.safeParse(value);
    // Every element has a type; one without may be a package in a form of JSON-LD that SPDX does not allow.
    if (parsed.success) elements.push(parsed.data);
    else list.malformed();
  }
  const licenses = licensesByElement(elements);
  const roots = rootsOf(elements);
  let os: Release | undefined;
  for (const element of elements) {
    if (element.type !== 'Package') continue;
    if (element.software_primaryPurpose === 'operatingSystem') os ??= releaseOf(element);
    else if (element.name === undefined) list.malformed();
    else if (isPackage(element, roots)) list.add(componentOf(element, element.name, licenses));
  }
  return list.content({ name: 'SPDX', version: versionOf(document, elements), known: /^3(?:\.0(?:\.\d+)?)?$/ }, { os });
}

/** An element says it, and so does the address of the context: `https://spdx.org/rdf/3.0.1/spdx-context.jsonld`. */
function versionOf(document: Spdx3Document, elements: readonly Spdx3Element[]): string {
  const stated = elements.find(({ specVersion }) => specVersion !== undefined)?.specVersion;
  return stated ?? /spdx\.org\/rdf\/(3[\d.]*)/.exec(document['@context'])?.[1] ?? '3';
}

function isPackage(element: Spdx3Element, roots: ReadonlySet<string>): boolean {
  if (purlOf(element) !== undefined) return element.software_primaryPurpose !== 'container';
  return !notPackages.includes(element.software_primaryPurpose) && !roots.has(element.spdxId ?? '');
}

/** What the document describes. */
function rootsOf(elements: readonly Spdx3Element[]): ReadonlySet<string> {
  return new Set(elements.flatMap(({ relationshipType, to }) => (relationshipType === 'describes' ? to : [])));
}

function licensesByElement(elements: readonly Spdx3Element[]): ReadonlyMap<string, readonly string[]> {
  const expressions = new Map(
    elements.flatMap(({ spdxId, simplelicensing_licenseExpression: expression }) =>
      spdxId === undefined || expression === undefined ? [] : [[spdxId, expression] as const],
    ),
  );
  return new Map(
    elements.flatMap(({ relationshipType, from, to }) =>
      relationshipType === 'hasDeclaredLicense' && from !== undefined
        ? [[from, to.flatMap((id) => expressions.get(id) ?? [])] as const]
        : [],
    ),
  );
}

function purlOf(element: Spdx3Element): string | undefined {
  return element.software_packageUrl ?? identifiersOf(element, /^packageUrl$/i)[0];
}

function identifiersOf({ externalIdentifier }: Spdx3Element, type: RegExp): readonly string[] {
  return externalIdentifier.flatMap(({ externalIdentifierType, identifier }) =>
    type.test(externalIdentifierType) ? [identifier] : [],
  );
}

function componentOf(
  element: Spdx3Element,
  name: string,
  licenses: ReadonlyMap<string, readonly string[]>,
): SbomComponent {
  return {
    name,
    version: element.software_packageVersion,
    purl: purlOf(element),
    cpes: identifiersOf(element, /^cpe2[23]$/),
    licenses: licenses.get(element.spdxId ?? '') ?? [],
    locations: [],
  };
}

function releaseOf({ name, software_packageVersion: versionId, summary }: Spdx3Element): Release {
  return {
    id: distroId(name ?? ''),
    ...(versionId === undefined ? {} : { versionId }),
    ...(summary === undefined ? {} : { prettyName: summary }),
  };
}
