import type { Advisory, AffectedPackage, SeverityVector } from '@tidewaiter/contracts';
import type { FeedProblem } from '../feed';
import type { JsonDocument } from '../json-documents';
import { CsafDocument, type CsafVulnerability } from './csaf.schema';
import { CsafProducts } from './products';
import { statementsOf, type CsafStatement, type NoteUnusable } from './statements';

export interface VexVendor {
  readonly feed: string;
  /** Who the words and scores are of. */
  readonly vendor: string;
  affectedPackages(statements: Iterable<CsafStatement>, unusable: NoteUnusable): AffectedPackage[];
  /** Whether what the document says of the vulnerability is that there is none. */
  isRejected?(description: string): boolean;
}

/** A VEX document about one vulnerability as an advisory, and behind it what of the document could not be used. */
export function* readVex(document: JsonDocument, form: VexVendor): Generator<Advisory | FeedProblem> {
  const unusable = new Set<string>();
  yield advisoryFromVex(document, form, (id) => unusable.add(id));
  const [first] = unusable;
  if (first === undefined) return;
  const { part, path } = document;
  const count = unusable.size === 1 ? 'a row' : `${unusable.size} rows`;
  const message = `${path} has ${count} without a product that it defines or, where it is fixed, without a version: ${first}`;
  yield { code: 'csaf-row-unusable', message, part, path: `${path}#${first}` };
}

function advisoryFromVex(
  { part, path, json }: JsonDocument,
  form: VexVendor,
  unusable: NoteUnusable,
): Advisory | FeedProblem {
  const parsed = CsafDocument.safeParse(json);
  const [vulnerability] = parsed.success ? (parsed.data.vulnerabilities ?? []) : [];
  if (!parsed.success || vulnerability === undefined) {
    const where = parsed.error?.issues[0]?.path.join('.') ?? 'vulnerabilities';
    const message = `${path} is no VEX document: ${where} is missing or malformed`;
    return { code: 'csaf-document-invalid', message, part, path };
  }
  const { tracking, title, notes = [] } = parsed.data.document;
  const isRejected = notes.some(({ category, text }) => category === 'description' && form.isRejected?.(text) === true);
  const fixes = (vulnerability.remediations ?? []).filter(({ category }) => category === 'vendor_fix');
  const summary = vulnerability.title ?? title;
  const products = new CsafProducts(parsed.data);
  return {
    feed: form.feed,
    id: vulnerability.cve ?? tracking.id,
    modified: tracking.current_release_date,
    ...(isRejected && { withdrawn: tracking.current_release_date }),
    ...(tracking.initial_release_date !== undefined && { published: tracking.initial_release_date }),
    ...(summary !== undefined && { summary: summary.slice(0, 300) }),
    aliases: [],
    upstream: [],
    severities: generalImpact(vulnerability, form.vendor),
    affected: form.affectedPackages(statementsOf(vulnerability, products, { vendor: form.vendor, unusable }), unusable),
    references: [...new Set(fixes.flatMap(({ url }) => url ?? []))].slice(0, 16),
  };
}

/** An impact of no product is of them all. */
function generalImpact({ threats = [] }: CsafVulnerability, source: string): SeverityVector[] {
  const words = threats.filter(({ category, product_ids: ids = [] }) => category === 'impact' && ids.length === 0);
  return words.map(({ details: value }) => ({ source, kind: 'word', value }));
}
