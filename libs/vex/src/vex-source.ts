import { basename } from 'node:path';
import type { VexStatement } from '@tidewaiter/contracts';
import {
  isFeedProblem,
  isJsonDocument,
  jsonDocumentsOf,
  type FeedProblem,
  type JsonDocument,
  type Snapshot,
  type Source,
} from '@tidewaiter/feeds';
import { fetchVex } from './fetch-vex';
import { readVex } from './read-vex';
import { isVexProblem } from './vex-problem';

/**
 * VEX documents: a file, its address, a directory or an archive of them. A VEX Hub repository is such a directory, or the
 * archive that its `vex-repository.json` names. https://github.com/aquasecurity/vex-repo-spec
 */
export const vexSource: Source<VexStatement> = { id: 'vex', revision: 4, fetch: fetchVex, parse };

/**
 * The same for many images: what a document says of the components of a thing without a purl is no statement there, because nobody can
 * tell which of them is that thing. Taken for all, it would hide what is true of the others.
 */
export const vexSourceForMany: Source<VexStatement> = { ...vexSource, parse: parseForMany };

async function* parseForMany(snapshot: Snapshot): AsyncGenerator<VexStatement | FeedProblem> {
  for await (const item of parse(snapshot)) yield isFeedProblem(item) ? item : (unplaced(item) ?? item);
}

function unplaced({ document, describes, vulnerabilities: [name = ''] }: VexStatement): FeedProblem | undefined {
  if (describes === undefined) return undefined;
  const message = `${document} speaks of ${name} in "${describes}", which has no purl: nobody can tell which images that is`;
  return { code: 'vex-product-unknown', message, part: vexSource.id, path: document };
}

/** What a repository says of itself is no document. */
const repositoryFiles: ReadonlySet<string> = new Set(['vex-repository.json', 'index.json', 'manifest.json']);

async function* parse({ parts }: Snapshot): AsyncGenerator<VexStatement | FeedProblem> {
  let documents = 0;
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document) && repositoryFiles.has(basename(document.path))) continue;
      documents += 1;
      if (isJsonDocument(document)) yield* statementsOf(document);
      else yield document;
    }
  }
  const [part] = parts;
  if (documents > 0 || part === undefined) return;
  const message = `${part.name} holds no VEX document, so nobody says anything there`;
  yield { code: 'vex-nothing-said', message, part: part.name, path: part.name };
}

function* statementsOf({ part, path, json }: JsonDocument): Generator<VexStatement | FeedProblem> {
  const statements = readVex(json);
  if (statements === undefined) {
    const message = `${path} is no VEX document: neither OpenVEX nor CSAF 2.0 nor CycloneDX, or not complete`;
    yield { code: 'vex-format-unknown', message, part, path };
    return;
  }
  for (const item of statements) {
    if (!isVexProblem(item)) yield item;
    else yield { code: item.code, message: `${path} ${item.message}`, part, path };
  }
}
