import type { Advisory } from '@tidewaiter/contracts';
import { messageOf } from '@tidewaiter/kit';
import { mergeCopies } from '../copies';
import { documentNames, documentsOf, isDocument } from '../documents';
import type { Feed, FeedProblem, Snapshot, SnapshotPart } from '../feed';
import { fetchOsv } from './changes';
import { advisoryFromOsv } from './record';

export const osvFeed: Feed = {
  id: 'osv',
  revision: 1,
  covers: [
    'AlmaLinux',
    'Alpaquita',
    'Alpine',
    'Azure Linux',
    'BellSoft Hardened Containers',
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
  parse: (snapshot) => parseOsv('osv', snapshot),
};

interface Copy {
  readonly part: string;
  readonly advisory: Advisory;
}

/** Records in OSV's form as advisories of a feed. */
export async function* parseOsv(feed: string, snapshot: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  // Records that more than one part has are held back and merged: everything else goes straight through.
  const repeated = snapshot.parts.length > 1 ? await repeatedRecords(snapshot.parts) : new Set<string>();
  const held = new Map<string, Copy[]>();
  for (const part of snapshot.parts) {
    for await (const item of parsePart(feed, part)) {
      if ('code' in item || !repeated.has(item.id)) {
        yield item;
        continue;
      }
      const copies = held.get(item.id);
      if (copies === undefined) held.set(item.id, [{ part: part.name, advisory: item }]);
      else copies.push({ part: part.name, advisory: item });
    }
  }
  for (const copies of held.values()) yield mergeCopies(copies);
}

async function* parsePart(feed: string, part: SnapshotPart): AsyncGenerator<Advisory | FeedProblem> {
  for await (const item of documentsOf(part, isJson)) {
    if (!isDocument(item)) {
      yield item;
      continue;
    }
    const content = await item.bytes();
    yield content.ok ? parseDocument(feed, { part: part.name, path: item.path }, content.value) : content.error;
  }
}

function parseDocument(
  feed: string,
  { part, path }: { readonly part: string; readonly path: string },
  bytes: Uint8Array,
): Advisory | FeedProblem {
  let document: unknown;
  try {
    document = JSON.parse(textOf(bytes));
  } catch (error) {
    return { code: 'osv-json-invalid', message: `${path} is not JSON (${messageOf(error)})`, part, path };
  }
  const advisory = advisoryFromOsv(feed, document);
  if (advisory.ok) return advisory.value;
  return { code: advisory.error.code, message: `${path} ${advisory.error.message}`, part, path };
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Ids that more than one part has, by file name: OSV names each file by its id. */
async function repeatedRecords(parts: readonly SnapshotPart[]): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const part of parts) {
    for await (const name of documentNames(part, isJson)) {
      const id = name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/i, '');
      if (seen.has(id)) repeated.add(id);
      else seen.add(id);
    }
  }
  return repeated;
}

/** Everything else in an export (a directory, a checksum, a read-me) is not a record. */
function isJson(name: string): boolean {
  return /\.json$/i.test(name);
}
