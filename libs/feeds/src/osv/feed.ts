import { documentsOf, isDocument, listDocuments } from '../documents';
import {
  isFeedProblem,
  type Feed,
  type FeedProblem,
  type KnowsRecord,
  type ReadAdvisory,
  type Snapshot,
  type SnapshotPart,
} from '../feed';
import { fetchOsv } from './changes';
import { readDocument } from './document';
import { idOf } from './listed-later';
import { RepeatedRecords, stamped, type RecordDocument } from './repeated-records';

export const osvFeed: Feed = {
  id: 'osv',
  revision: 5,
  covers: [
    'AlmaLinux',
    'Alpaquita',
    'Alpine',
    'Azure Linux',
    'BellSoft Hardened Containers',
    'Bitnami',
    'CRAN',
    'Chainguard',
    'ConanCenter',
    'Debian',
    'Echo',
    'GitHub Actions',
    'Go',
    'Hackage',
    'Hex',
    'Julia',
    'Mageia',
    'Maven',
    'MinimOS',
    'NuGet',
    'Packagist',
    'Photon OS',
    'Pub',
    'PyPI',
    'Red Hat',
    'Rocky Linux',
    'RubyGems',
    'SUSE',
    'SwiftURL',
    'Ubuntu',
    'Wolfi',
    'crates.io',
    'npm',
    'openEuler',
    'openSUSE',
  ],
  fetch: fetchOsv,
  parse: (snapshot, knows) => parseOsv('osv', snapshot, knows),
};

/** Records in OSV's form as advisories of a feed. */
export async function* parseOsv(
  feed: string,
  { parts }: Snapshot,
  knows: KnowsRecord = () => false,
): AsyncGenerator<ReadAdvisory | FeedProblem> {
  const repeated = await RepeatedRecords.among(recordsIn(parts.length > 1 ? parts : []));
  const known = new Set([...repeated.ids()].filter((id) => isKnown(id, repeated.stampOf(id), knows)));
  // Read from documents of their own, which come before an archive that is older.
  const fresh = new Set<string>();
  const isWanted = (name: string, stamp?: string): boolean => {
    if (!isJson(name)) return false;
    const id = idOf(name);
    if (stamp !== undefined && fresh.has(id)) return false;
    return repeated.has(id) ? !known.has(id) : !isKnown(id, stamp, knows);
  };
  for (const part of parts) {
    for await (const document of documentsOf(part, isWanted)) {
      const item = isDocument(document) ? await readDocument(feed, part.name, document) : document;
      if (isFeedProblem(item)) yield item;
      else if (repeated.has(item.id)) repeated.hold(part.name, item);
      else {
        const stamp = isDocument(document) ? document.stamp : undefined;
        if (stamp === undefined) fresh.add(item.id);
        yield stamped(item, stamp);
      }
    }
  }
  yield* repeated.merged();
}

async function* recordsIn(parts: readonly SnapshotPart[]): AsyncGenerator<RecordDocument> {
  for (const part of parts)
    for await (const { name, stamp } of listDocuments(part, isJson)) yield { part: part.name, id: idOf(name), stamp };
}

function isKnown(id: string, stamp: string | undefined, knows: KnowsRecord): boolean {
  return stamp !== undefined && knows(id, stamp);
}

/** Everything else in an export (a directory, a checksum, a read-me) is not a record. */
function isJson(name: string): boolean {
  return /\.json$/i.test(name);
}
