import type { Advisory } from '@tidewaiter/contracts';
import { readVex } from '../csaf/vex';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { isJsonDocument, jsonDocumentsOf } from '../json-documents';
import { affectedPackages } from './affected';

export const suseFeed: Feed = {
  id: 'suse',
  revision: 5,
  covers: ['SUSE', 'openSUSE'],
  speaksFor: ['SUSE', 'openSUSE'],
  address: 'https://ftp.suse.com/pub/projects/security/csaf-vex.tar.bz2',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const form = { feed: suseFeed.id, vendor: 'SUSE', affectedPackages, isRejected };
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* readVex(document, form);
      else yield document;
    }
  }
}

/**
 * The CVE Program's words for an id that is none (https://cveawg.mitre.org/api-docs/, state REJECTED), which have no field in CSAF; such a
 * document goes on to list products. A disputed one is a vulnerability.
 */
const rejections = [
  'DO NOT USE THIS CANDIDATE NUMBER',
  'DO NOT USE THIS CVE RECORD',
  'HAS BEEN REJECTED OR WITHDRAWN',
  '** REJECT **',
];

function isRejected(description: string): boolean {
  const said = description.toUpperCase();
  return rejections.some((words) => said.includes(words));
}
