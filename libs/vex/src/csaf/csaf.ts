import type { VexProduct, VexStatement, VexStatus } from '@tidewaiter/contracts';
import type { VexProblem } from '../vex-problem';
import { CsafDocument, type Branch, type CsafVulnerability } from './csaf.schema';

/** CSAF 2.0, profile 5 (VEX) and every other document that states product statuses; undefined for another format. */
export function readCsaf(json: unknown): Iterable<VexStatement | VexProblem> | undefined {
  const document = CsafDocument.safeParse(json);
  return document.success ? statementsOf(document.data) : undefined;
}

const statuses: readonly (readonly [keyof CsafVulnerability['product_status'], VexStatus])[] = [
  ['known_not_affected', 'not_affected'],
  ['fixed', 'fixed'],
  ['first_fixed', 'fixed'],
  ['known_affected', 'affected'],
  ['first_affected', 'affected'],
  ['last_affected', 'affected'],
  ['under_investigation', 'under_investigation'],
];

function* statementsOf(csaf: CsafDocument): Generator<VexStatement | VexProblem> {
  const products = productsOf(csaf);
  const { publisher, tracking } = csaf.document;
  for (const vulnerability of csaf.vulnerabilities) {
    const names = [...(vulnerability.cve === undefined ? [] : [vulnerability.cve]), ...vulnerability.ids.map(textOf)];
    let unknown = 0;
    for (const [field, status] of statuses) {
      for (const [reason, ids] of byReason(csaf, vulnerability, { field, status })) {
        const found = ids.flatMap((id) => products.get(id) ?? []);
        unknown += ids.filter((id) => !products.has(id)).length;
        if (found.length === 0 || names.length === 0) continue;
        yield {
          document: tracking.id,
          author: publisher.name,
          timestamp: tracking.current_release_date,
          vulnerabilities: names,
          status,
          ...reason,
          products: found,
        };
      }
    }
    if (names.length === 0) yield { code: 'vex-statement-invalid', message: 'has a vulnerability without an id' };
    else if (unknown > 0) {
      const message = `says something of ${names.join(', ')} in ${String(unknown)} products that it does not name by purl`;
      yield { code: 'vex-product-unknown', message };
    }
  }
}

interface Reason {
  readonly justification?: string;
  readonly statement?: string;
}

/** The products of a status, those with the same reason together. */
function byReason(
  csaf: CsafDocument,
  { product_status: stated, flags, threats }: CsafVulnerability,
  { field, status }: { field: keyof CsafVulnerability['product_status']; status: VexStatus },
): readonly (readonly [Reason, readonly string[]])[] {
  const groups = new Map(csaf.product_tree.product_groups.map((group) => [group.group_id, group.product_ids]));
  const members = (scope: { readonly product_ids: readonly string[]; readonly group_ids: readonly string[] }) =>
    new Set([...scope.product_ids, ...scope.group_ids.flatMap((id) => groups.get(id) ?? [])]);
  const justified = flags.map((flag) => ({ label: flag.label, of: members(flag) }));
  const impacts = threats
    .filter(({ category }) => category === 'impact')
    .map((threat) => ({ details: threat.details, of: members(threat) }));
  const reasons = new Map<string, { reason: Reason; ids: string[] }>();
  for (const id of stated[field] ?? []) {
    const justification = status === 'not_affected' ? justified.find(({ of }) => of.has(id))?.label : undefined;
    const statement = status === 'not_affected' ? impacts.find(({ of }) => of.has(id))?.details : undefined;
    const key = JSON.stringify([justification, statement]);
    const reason = { ...(justification && { justification }), ...(statement && { statement }) };
    const group = reasons.get(key) ?? { reason, ids: [] };
    group.ids.push(id);
    reasons.set(key, group);
  }
  return [...reasons.values()].map(({ reason, ids }) => [reason, ids] as const);
}

/**
 * Products by id. A component of a product is meant only there: of one in a product that has no purl (Red Hat names its
 * products by CPE) nothing can be said, since the same purl is in every release of it.
 */
function productsOf({ product_tree: tree }: CsafDocument): ReadonlyMap<string, readonly VexProduct[]> {
  const purls = new Map<string, readonly string[]>();
  for (const { product_id: id, product_identification_helper: helper } of namesIn(tree)) {
    const own = [...(helper?.purl === undefined ? [] : [helper.purl]), ...(helper?.purls ?? [])];
    if (own.length > 0) purls.set(id, own);
  }
  const products = new Map<string, readonly VexProduct[]>();
  for (const [id, own] of purls) {
    products.set(
      id,
      own.map((purl) => ({ purl, subcomponents: [] })),
    );
  }
  for (const relationship of tree.relationships) {
    const components = purls.get(relationship.product_reference);
    const holders = purls.get(relationship.relates_to_product_reference);
    if (components === undefined || holders === undefined) continue;
    products.set(
      relationship.full_product_name.product_id,
      holders.map((purl) => ({ purl, subcomponents: components })),
    );
  }
  return products;
}

function* namesIn(tree: CsafDocument['product_tree']): Generator<NonNullable<Branch['product']>> {
  yield* tree.full_product_names;
  const open: Branch[] = [...tree.branches];
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    if (branch.product !== undefined) yield branch.product;
    open.push(...(branch.branches ?? []));
  }
}

function textOf({ text }: { readonly text: string }): string {
  return text;
}
