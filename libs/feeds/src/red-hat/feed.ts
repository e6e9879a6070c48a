import type { Advisory } from '@tidewaiter/contracts';
import { CsafDocument } from '../csaf/csaf.schema';
import { CsafProducts } from '../csaf/products';
import { statementsOf } from '../csaf/statements';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { affectedPackages } from './affected';
import { deletedIds, fetchArchive } from './archive';

export const redHatFeed: Feed = {
  id: 'red-hat',
  revision: 1,
  covers: ['Red Hat'],
  speaksFor: ['Red Hat'],
  address: 'https://security.access.redhat.com/data/csaf/v2/vex/',
  fetch: fetchArchive,
  parse,
};

const vendor = 'Red Hat';

/** Documents that changed after the archive was made come before it, and what came first stands. */
async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const seen = new Set<string>();
  for (const part of parts) {
    const deleted = await deletedIds(part);
    for await (const document of jsonDocumentsOf(part)) {
      if (!isJsonDocument(document)) yield document;
      else yield* readDocument(document, { seen, deleted });
    }
  }
}

function* readDocument(
  { part, path, json }: JsonDocument,
  { seen, deleted }: { readonly seen: Set<string>; readonly deleted: ReadonlySet<string> },
): Generator<Advisory | FeedProblem> {
  const parsed = CsafDocument.safeParse(json);
  const [vulnerability] = parsed.success ? (parsed.data.vulnerabilities ?? []) : [];
  if (!parsed.success || vulnerability === undefined) {
    const where = parsed.error?.issues[0]?.path.join('.') ?? 'vulnerabilities';
    const message = `${path} is no VEX document: ${where} is missing or malformed`;
    yield { code: 'csaf-document-invalid', message, part, path };
    return;
  }
  const { tracking, title } = parsed.data.document;
  const isGone = deleted.has(tracking.id) && /\.(?:tar|zip)\b/.test(path);
  if (seen.has(tracking.id) || isGone) return;
  seen.add(tracking.id);
  const products = new CsafProducts(parsed.data);
  const errata = (vulnerability.remediations ?? []).filter(({ category }) => category === 'vendor_fix');
  const summary = vulnerability.title ?? title;
  yield {
    feed: redHatFeed.id,
    id: tracking.id,
    modified: tracking.current_release_date,
    ...(tracking.initial_release_date !== undefined && { published: tracking.initial_release_date }),
    ...(summary !== undefined && { summary: summary.slice(0, 300) }),
    aliases: [],
    upstream: [],
    severities: [],
    affected: affectedPackages(statementsOf(vulnerability, products, vendor)),
    references: [...new Set(errata.flatMap(({ url }) => url ?? []))].slice(0, 16),
  };
}
