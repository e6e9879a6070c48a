import type { KnownExploited } from '@tidewaiter/contracts';
import type { EnrichmentSource, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { isJsonDocument, jsonDocumentsOf, type JsonDocument } from '../json-documents';
import { KevCatalogue, KevEntry } from './catalogue.schema';

export const kevSource: EnrichmentSource<KnownExploited> = {
  id: 'kev',
  revision: 1,
  address: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<KnownExploited | FeedProblem> {
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* entriesOf(document);
      else yield document;
    }
  }
}

function* entriesOf({ part, path, json }: JsonDocument): Generator<KnownExploited | FeedProblem> {
  const catalogue = KevCatalogue.safeParse(json);
  if (!catalogue.success) {
    const message = `${path} is not a catalogue of known exploited vulnerabilities: it has no list "vulnerabilities"`;
    yield { code: 'kev-catalogue-invalid', message, part, path, fatal: true };
    return;
  }
  const { count, vulnerabilities } = catalogue.data;
  for (const [index, value] of vulnerabilities.entries()) yield entryOf(value, index, { part, path });
  // The catalogue says how many it has: a cut one must not look like one from which much was removed.
  if (count !== undefined && count !== vulnerabilities.length) {
    const message = `${path} has ${String(vulnerabilities.length)} entries and says that it has ${String(count)}`;
    yield { code: 'kev-count-differs', message, part, path, fatal: true };
  }
}

function entryOf(
  value: unknown,
  index: number,
  where: { readonly part: string; readonly path: string },
): KnownExploited | FeedProblem {
  const entry = KevEntry.safeParse(value);
  if (!entry.success) {
    const message = `entry ${String(index)} of ${where.path} cannot be used: ${entry.error.issues[0]?.path.join('.') ?? ''} is missing or malformed`;
    return { code: 'kev-entry-invalid', message, part: where.part, path: `${where.path}#${String(index)}` };
  }
  const { cveID, vulnerabilityName, dateAdded, dueDate, knownRansomwareCampaignUse } = entry.data;
  return {
    kind: 'known-exploited',
    vulnerability: cveID,
    name: vulnerabilityName,
    addedOn: dateAdded,
    ...(dueDate !== undefined && { dueOn: dueDate }),
    ransomware: knownRansomwareCampaignUse === 'Known',
  };
}
