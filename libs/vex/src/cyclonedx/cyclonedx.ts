import type { VexProduct, VexStatement, VexStatus } from '@tidewaiter/contracts';
import type { VexProblem } from '../vex-problem';
import { CdxDocument, type CdxComponent, type CdxVulnerability } from './cyclonedx.schema';

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
  const purls = purlsByRef(bom);
  for (const vulnerability of bom.vulnerabilities) {
    const { id, references, analysis, affects } = vulnerability;
    // Without an analysis it is a finding of somebody's scanner and no statement.
    if (analysis === undefined) continue;
    const status = statuses.get(analysis.state);
    if (status === undefined) {
      yield { code: 'vex-statement-invalid', message: `says "${analysis.state}" of ${id}, which is no known state` };
      continue;
    }
    const products = affects.flatMap(({ ref }) => productOf(ref, { purls, main: metadata.component }));
    if (products.length < affects.length || products.length === 0) {
      const count = String(affects.length - products.length);
      yield { code: 'vex-product-unknown', message: `names ${count} products of ${id} that have no purl in it` };
    }
    if (products.length === 0) continue;
    const { justification, detail } = analysis;
    yield {
      document: serialNumber ?? 'CycloneDX',
      author: author?.name ?? 'unknown',
      timestamp: timeOf(vulnerability) ?? metadata.timestamp ?? noTime,
      vulnerabilities: [id, ...references.map((reference) => reference.id)],
      status,
      ...(justification !== undefined && { justification }),
      ...(detail !== undefined && { statement: detail }),
      products,
    };
  }
}

function timeOf({ analysis, updated, published }: CdxVulnerability): string | undefined {
  return analysis?.lastUpdated ?? analysis?.firstIssued ?? updated ?? published;
}

/** What is in the thing that the document describes is meant only there. */
function productOf(
  ref: string,
  { purls, main }: { readonly purls: ReadonlyMap<string, string>; readonly main: CdxComponent | undefined },
): readonly VexProduct[] {
  // A BOM-Link names a component of another document, `urn:cdx:serial/version#ref`.
  const own = ref.startsWith('urn:cdx:') ? decoded(ref.slice(ref.indexOf('#') + 1)) : ref;
  const purl = purls.get(own) ?? (own.startsWith('pkg:') ? own : undefined);
  if (purl === undefined) return [];
  if (main?.purl === undefined || main.purl === purl) return [{ purl, subcomponents: [] }];
  return [{ purl: main.purl, subcomponents: [purl] }];
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
