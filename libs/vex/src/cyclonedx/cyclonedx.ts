import type { VexProduct, VexStatement, VexStatus } from '@tidewaiter/contracts';
import { parsePurl } from '@tidewaiter/sbom';
import type { VexProblem } from '../vex-problem';
import { CdxDocument, type CdxAffectedVersion, type CdxComponent, type CdxVulnerability } from './cyclonedx.schema';

/** https://cyclonedx.org/capabilities/vex/; undefined for another format. */
export function readCycloneDx(json: unknown): Iterable<VexStatement | VexProblem> | undefined {
  const document = CdxDocument.safeParse(json);
  return document.success ? statementsOf(document.data) : undefined;
}

const statuses: ReadonlyMap<string, VexStatus> = new Map<string, VexStatus>([
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['not_affected', 'not_affected'],
  ['false_positive', 'not_affected'],
  ['exploitable', 'affected'],
  ['in_triage', 'under_investigation'],
]);

/** A document without a time is as old as can be: every other word about the same comes after it. */
const noTime = '1970-01-01T00:00:00Z';

function* statementsOf(bom: CdxDocument): Generator<VexStatement | VexProblem> {
  const { metadata, serialNumber } = bom;
  const author = metadata.authors?.[0] ?? metadata.supplier ?? metadata.manufacturer;
  const { component: main } = metadata;
  const isNameless = main === undefined || main.purl !== undefined;
  const described = isNameless ? {} : { describes: main.name ?? main['bom-ref'] ?? 'something' };
  const named: Named = { purls: purlsByRef(bom), main, serial: serialOf(serialNumber) };
  for (const vulnerability of bom.vulnerabilities) {
    const { id, references, analysis, affects } = vulnerability;
    // Without a state it is a finding of somebody's scanner and no statement.
    if (analysis?.state === undefined) continue;
    const vulnerabilities = [...(id === undefined ? [] : [id]), ...references.map((reference) => reference.id)];
    const [name] = vulnerabilities;
    if (name === undefined) {
      yield { code: 'vex-statement-invalid', message: 'has a vulnerability without an id' };
      continue;
    }
    const status = statuses.get(analysis.state);
    if (status === undefined) {
      yield { code: 'vex-statement-invalid', message: `says "${analysis.state}" of ${name}, which is no known state` };
      continue;
    }
    const meant = affects.map(({ ref, versions }) =>
      productsOf(ref, named).flatMap((product) => ofVersions(product, { versions, status })),
    );
    const products = meant.flat();
    const unnamed = meant.filter((found) => found.length === 0).length;
    if (unnamed > 0 || products.length === 0) yield unusable(name, unnamed);
    if (products.length === 0) continue;
    const { justification, detail } = analysis;
    yield {
      document: serialNumber ?? 'CycloneDX',
      author: author?.name ?? 'unknown',
      timestamp: timeOf(vulnerability, metadata.timestamp),
      vulnerabilities,
      status,
      ...(justification !== undefined && { justification }),
      ...(detail !== undefined && { statement: detail }),
      products,
      ...described,
    };
  }
}

function unusable(name: string, count: number): VexProblem {
  const what = 'that have no purl in it, or no single version that it calls unaffected among those it lists';
  return { code: 'vex-product-unknown', message: `names ${String(count)} products of ${name} ${what}` };
}

/**
 * When the analysis was made, else when the document was. When the vulnerability was published or last changed is in no
 * way when somebody looked at it, only before that.
 */
function timeOf({ analysis, updated, published }: CdxVulnerability, documents: string | undefined): string {
  return analysis?.lastUpdated ?? analysis?.firstIssued ?? documents ?? updated ?? published ?? noTime;
}

type NamedProduct = Required<Pick<VexProduct, 'purl' | 'subcomponents'>>;

interface Named {
  readonly purls: ReadonlyMap<string, string>;
  readonly main: CdxComponent | undefined;
  readonly serial: string | undefined;
}

/** What is in the thing that the document describes is meant only there. */
function productsOf(ref: string, { purls, main, serial }: Named): readonly NamedProduct[] {
  const link = linkOf(ref);
  const name = link?.ref ?? ref;
  // The references of another document are its own: "c1" is something else there.
  const isOwn = link === undefined || link.serial === serial;
  const purl = (isOwn ? purls.get(name) : undefined) ?? (name.startsWith('pkg:') ? name : undefined);
  if (purl === undefined) return [];
  if (main?.purl === undefined || main.purl === purl) return [{ purl, subcomponents: [] }];
  return [{ purl: main.purl, subcomponents: [purl] }];
}

const bomLink = 'urn:cdx:';

/** A BOM-Link names a component of a document, `urn:cdx:serial/version#ref`. https://cyclonedx.org/capabilities/bomlink/ */
function linkOf(ref: string): { readonly serial: string; readonly ref: string } | undefined {
  if (!ref.startsWith(bomLink)) return undefined;
  const [place = '', ...fragment] = ref.slice(bomLink.length).split('#');
  if (fragment.length === 0) return undefined;
  return { serial: (place.split('/')[0] ?? '').toLowerCase(), ref: decoded(fragment.join('#')) };
}

function serialOf(serialNumber: string | undefined): string | undefined {
  return serialNumber?.toLowerCase().replace(/^urn:uuid:/, '');
}

/**
 * Where versions are listed, nobody vouches for the others, nor for those that are called affected ("resolved" lists both).
 * Ranges are not compared: they vouch for nothing. What asks for action is taken to mean all of them.
 */
function ofVersions(
  { purl, subcomponents }: NamedProduct,
  { versions, status }: { readonly versions: readonly CdxAffectedVersion[]; readonly status: VexStatus },
): readonly NamedProduct[] {
  const vouches = status === 'not_affected' || status === 'fixed';
  if (versions.length === 0 || !vouches) return [{ purl, subcomponents }];
  return versions.flatMap(({ version, status: said }) => {
    if (version === undefined || said !== 'unaffected') return [];
    const [component] = subcomponents;
    const own = ofVersion(component ?? purl, version);
    if (own === undefined) return [];
    return component === undefined ? [{ purl: own, subcomponents }] : [{ purl, subcomponents: [own] }];
  });
}

function ofVersion(purl: string, version: string): string | undefined {
  const stated = parsePurl(purl)?.version;
  if (stated !== undefined) return stated === version ? purl : undefined;
  const end = /[?#]/.exec(purl)?.index ?? purl.length;
  return `${purl.slice(0, end)}@${encodeURIComponent(version)}${purl.slice(end)}`;
}

function purlsByRef({ metadata, components }: CdxDocument): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const open: CdxComponent[] = [...components, ...(metadata.component === undefined ? [] : [metadata.component])];
  for (let component = open.pop(); component !== undefined; component = open.pop()) {
    const { purl, 'bom-ref': ref } = component;
    if (purl !== undefined) found.set(ref ?? purl, purl);
    open.push(...(component.components ?? []));
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
