/**
 * What a CSAF VEX document says, product by product: statuses joined with remediations, impacts and scores.
 * https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex
 */
import type { SeverityVector } from '@tidewaiter/contracts';
import type { CsafVulnerability } from './csaf.schema';
import type { CsafPlacement, CsafProducts } from './products';

export interface CsafStatement extends CsafPlacement {
  readonly status: 'fixed' | 'affected' | 'not-affected' | 'under-investigation';
  /** Of the remediation of an affected product: its category and its words. */
  readonly remedy?: { readonly category: string; readonly details: string };
  readonly severities: readonly SeverityVector[];
}

/** `vendor` is who the words and vectors are of. */
export function* statementsOf(
  vulnerability: CsafVulnerability,
  products: CsafProducts,
  vendor: string,
): Generator<CsafStatement> {
  const remedies = remediesOf(vulnerability);
  const severities = severitiesOf(vulnerability, vendor);
  const {
    fixed,
    known_affected: affected,
    known_not_affected: cleared,
    under_investigation: open,
  } = vulnerability.product_status ?? {};
  const lists = [
    ['fixed', fixed],
    ['affected', affected],
    ['not-affected', cleared],
    ['under-investigation', open],
  ] as const;
  for (const [status, ids = []] of lists) {
    for (const id of ids) {
      const placement = products.placementOf(id);
      if (placement === undefined) continue;
      const remedy = status === 'affected' ? remedies.get(id) : undefined;
      yield { ...placement, status, severities: severities.get(id) ?? [], ...(remedy !== undefined && { remedy }) };
    }
  }
}

/** A workaround is advice; what becomes of the package the other categories say. */
function remediesOf({
  remediations = [],
}: CsafVulnerability): ReadonlyMap<string, NonNullable<CsafStatement['remedy']>> {
  const remedies = new Map<string, NonNullable<CsafStatement['remedy']>>();
  for (const { category, details = '', product_ids: ids = [] } of remediations) {
    if (category === 'workaround' || category === 'mitigation') continue;
    for (const id of ids) remedies.set(id, { category, details });
  }
  return remedies;
}

/** Shared between products: there are thousands, and a handful of different answers. */
function severitiesOf(
  { threats = [], scores = [] }: CsafVulnerability,
  source: string,
): ReadonlyMap<string, SeverityVector[]> {
  const shared = new Map<string, SeverityVector[]>();
  const found = new Map<string, SeverityVector[]>();
  const add = (ids: readonly string[], vector: SeverityVector): void => {
    for (const id of ids) {
      const all = [...(found.get(id) ?? []), vector];
      const key = JSON.stringify(all);
      const known = shared.get(key) ?? all;
      shared.set(key, known);
      found.set(id, known);
    }
  };
  for (const { category, details, product_ids: ids = [] } of threats) {
    if (category === 'impact') add(ids, { source, kind: 'word', value: details });
  }
  for (const { products, cvss_v2: v2, cvss_v3: v3 } of scores) {
    if (v3 !== undefined) add(products, { source, kind: 'CVSS_V3', value: v3.vectorString });
    if (v2 !== undefined) add(products, { source, kind: 'CVSS_V2', value: v2.vectorString });
  }
  return found;
}
