import type { Advisory } from '@tidewaiter/contracts';
import { readVex } from '../csaf/vex';
import { isFeedProblem, type Feed, type FeedProblem, type Snapshot } from '../feed';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { affectedPackages } from './affected';
import { deletedIds, fetchArchive } from './archive';

export const redHatFeed: Feed = {
  id: 'red-hat',
  revision: 6,
  covers: ['Red Hat'],
  speaksFor: ['Red Hat'],
  address: 'https://security.access.redhat.com/data/csaf/v2/vex/',
  fetch: fetchArchive,
  parse,
};

/** Documents that changed after the archive was made come before it, and what came first stands. */
async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const seen = new Set<string>();
  for (const part of parts) {
    const { ids: deleted, problems } = await deletedIds(part);
    yield* problems;
    for await (const document of jsonDocumentsOf(part)) {
      if (!isJsonDocument(document)) yield document;
      else yield* readDocument(document, { seen, deleted });
    }
  }
}

function* readDocument(
  document: JsonDocument,
  { seen, deleted }: { readonly seen: Set<string>; readonly deleted: ReadonlySet<string> },
): Generator<Advisory | FeedProblem> {
  for (const item of readVex(document, { feed: redHatFeed.id, vendor: 'Red Hat', affectedPackages })) {
    if (!isFeedProblem(item)) {
      const isGone = deleted.has(item.id) && /\.(?:tar|zip)\b/.test(document.path);
      if (seen.has(item.id) || isGone) return;
      seen.add(item.id);
    }
    yield item;
  }
}
