import type { Advisory } from '@tidewaiter/contracts';
import { defaultZipLimits, readZip, readZipNames } from '@tidewaiter/formats';
import { messageOf } from '@tidewaiter/kit';
import { mergeCopies } from '../copies';
import type {
  Feed,
  FeedIo,
  FeedProblem,
  FetchedSnapshot,
  Fingerprint,
  Snapshot,
  SnapshotFile,
  SnapshotPart,
} from '../feed';
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
  fetch: fetchSnapshot,
  parse,
};

interface Copy {
  readonly part: string;
  readonly advisory: Advisory;
}

async function fetchSnapshot(last: Fingerprint | undefined, io: FeedIo): Promise<'unchanged' | FetchedSnapshot> {
  return /^https?:\/\//i.test(io.source) ? io.download(io.source, last) : io.local(io.source, last);
}

async function* parse(snapshot: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  // Records that more than one part has are held back and merged: everything else goes straight through.
  const repeated = snapshot.parts.length > 1 ? await repeatedRecords(snapshot.parts) : new Set<string>();
  const held = new Map<string, Copy[]>();
  for (const part of snapshot.parts) {
    for await (const item of parsePart(part)) {
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

async function* parsePart(part: SnapshotPart): AsyncGenerator<Advisory | FeedProblem> {
  for await (const file of part.files()) {
    if (isZip(file.name)) yield* parseZip(part.name, file);
    else yield await parseLooseFile(part.name, file);
  }
}

async function* parseZip(part: string, file: SnapshotFile): AsyncGenerator<Advisory | FeedProblem> {
  for await (const entry of readZip(file, isJson)) {
    if (!entry.ok) {
      const { code, message } = entry.error;
      yield { code, message: `${file.name} was not read to its end: ${message}`, part, path: file.name, fatal: true };
      return;
    }
    const { name, content } = entry.value;
    const path = `${file.name}/${name}`;
    if (content.ok) yield parseDocument(part, path, content.value);
    else yield { code: content.error.code, message: `${path} ${content.error.message}`, part, path };
  }
}

async function parseLooseFile(part: string, file: SnapshotFile): Promise<Advisory | FeedProblem> {
  if (file.sizeBytes > defaultZipLimits.maxEntryBytes) {
    const message = `${file.name} is larger than ${defaultZipLimits.maxEntryBytes} bytes`;
    return { code: 'osv-record-too-large', message, part, path: file.name };
  }
  const bytes = Buffer.alloc(file.sizeBytes);
  let filled = 0;
  while (filled < bytes.length) {
    const bytesRead = await file.read(bytes.subarray(filled), filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return parseDocument(part, file.name, bytes.subarray(0, filled));
}

function parseDocument(part: string, path: string, bytes: Uint8Array): Advisory | FeedProblem {
  let document: unknown;
  try {
    document = JSON.parse(textOf(bytes));
  } catch (error) {
    return { code: 'osv-json-invalid', message: `${path} is not JSON (${messageOf(error)})`, part, path };
  }
  const advisory = advisoryFromOsv(osvFeed.id, document);
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
    for await (const file of part.files()) {
      const names = isZip(file.name) ? (await readZipNames(file)).filter(isJson) : [file.name];
      for (const id of names.map(recordName)) {
        if (seen.has(id)) repeated.add(id);
        else seen.add(id);
      }
    }
  }
  return repeated;
}

function recordName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/i, '');
}

function isZip(name: string): boolean {
  return /\.zip$/i.test(name);
}

/** Everything else in an export (a directory, a checksum, a read-me) is not a record. */
function isJson(name: string): boolean {
  return /\.json$/i.test(name);
}
