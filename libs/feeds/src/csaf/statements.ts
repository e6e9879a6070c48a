/**
 * What a CSAF VEX document says, product by product: statuses joined with remediations, impacts and scores.
 * https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html#45-profile-5-vex
 */
import type { SeverityVector, VendorStatus } from '@tidewaiter/contracts';
import type { CsafVulnerability } from './csaf.schema';
import type { CsafPlacement, CsafProducts } from './products';

export interface CsafStatement extends CsafPlacement {
  readonly status: 'fixed' | 'affected' | 'not-affected' | 'under-investigation';
  /** Of the remediation of an affected product: its category and its words. */
  readonly remedy?: { readonly category: string; readonly details: string };
  readonly severities: readonly SeverityVector[];
}

/** Told of each row that something is said of and that cannot be used, by its id. */
export type NoteUnusable = (id: string) => void;

/** `vendor` is who the words and vectors are of. */
export function* statementsOf(
  vulnerability: CsafVulnerability,
  products: CsafProducts,
  { vendor, unusable }: { readonly vendor: string; readonly unusable: NoteUnusable },
): Generator<CsafStatement> {
  const remedies = remediesOf(vulnerability);
  const severities = severitiesOf(vulnerability, vendor);
  const status = vulnerability.product_status ?? {};
  const lists = [
    // SUSE recommends what others call fixed.
    ['fixed', [status.fixed, status.recommended, status.first_fixed].flatMap((ids = []) => ids)],
    ['affected', status.known_affected],
    ['not-affected', status.known_not_affected],
    ['under-investigation', status.under_investigation],
  ] as const;
  for (const [state, ids = []] of lists) {
    for (const id of new Set(ids)) {
      const placement = products.placementOf(id);
      if (placement === undefined) {
        // A product by itself, and not a package in one, is nothing that an image holds.
        if (!products.isDefined(id)) unusable(id);
        continue;
      }
      const remedy = state === 'affected' ? remedies.get(id) : undefined;
      yield {
        ...placement,
        status: state,
        severities: severities.get(id) ?? [],
        ...(remedy !== undefined && { remedy }),
      };
    }
  }
}

/** What the vendor says of a product that is not fixed; undefined where that is no more than "affected". */
export function vendorStatusOf({ status, remedy }: CsafStatement): VendorStatus | undefined {
  if (status === 'not-affected' || status === 'under-investigation') return status;
  const details = remedy?.details.toLowerCase() ?? '';
  if (details.includes('out of support')) return 'end-of-life';
  if (details.includes('deferred')) return 'deferred';
  return remedy?.category === 'no_fix_planned' ? 'wont-fix' : undefined;
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
  // A source of its own: the vendor's word about the impact on its product comes before a score.
  const scored = `${source} CVSS`;
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
  const general: SeverityVector[] = [];
  for (const { category, details: value, product_ids: ids = [] } of threats) {
    if (category !== 'impact') continue;
    if (ids.length === 0) general.push({ source, kind: 'word', value });
    else add(ids, { source, kind: 'word', value });
  }
  for (const { products, cvss_v2: v2, cvss_v3: v3 } of scores) {
    // An impact of no product is of them all, and it too comes before a score.
    const wordless = products.filter((id) => !found.has(id));
    for (const word of general) add(wordless, word);
    if (v3 !== undefined) add(products, { source: scored, kind: 'CVSS_V3', value: v3.vectorString });
    if (v2 !== undefined) add(products, { source: scored, kind: 'CVSS_V2', value: v2.vectorString });
  }
  return found;
}
