import { OperationalError } from '@tidewaiter/kit';
import { sourceName } from '../source-name';
import { documentsOf, isDocument } from '../documents';
import {
  isFeedProblem,
  isUnchanged,
  type Fetched,
  type FeedIo,
  type FetchedSnapshot,
  type Fingerprint,
  type RemoteFile,
  type Snapshot,
} from '../feed';
import { addressBelow, isDirectory, shownAddress } from '../address';
import { fetchSource } from '../fetch-source';
import { Cursor } from './cursor.schema';
import { readDocument } from './document';

/** Records are listed when they are exported, not in the order in which they become readable. */
const overlapMs = 3_600_000;
/** Lists of changes miss what was deleted, and what was formatted anew without a new time: all is read again that often. */
const reconcileMs = 7 * 24 * 3_600_000;
const clocksDifferMs = 24 * 3_600_000;
/** From here on one archive costs less than its members one by one. */
const maxChanges = 5_000;

/**
 * An address of a directory has an export of everything (`all.zip`) and a list of changes (`modified_id.csv`, newest first):
 * everything is read the first time and every week, and between only what the list names.
 * https://google.github.io/osv.dev/data/
 */
export async function fetchOsv(last: Fingerprint | undefined, io: FeedIo): Promise<Fetched> {
  const { source } = io;
  if (!isDirectory(source)) return fetchSource(last, io);
  const changes = readChanges((await io.get(addressBelow(source, 'modified_id.csv'))).toString('utf8'));
  const newest = newestOf(changes);
  if (newest === undefined) {
    throw new OperationalError(
      'feed-index-unusable',
      `${shownAddress(source)}modified_id.csv lists no record; the layout is another one.`,
    );
  }
  const cursor = cursorOf(last);
  const wanted = cursor === undefined ? [] : changesSince(changes, Date.parse(cursor.seenUntil) - overlapMs);
  const asked = withMissed(wanted, cursor);
  const isDue = cursor === undefined || Date.parse(newest.time) - Date.parse(cursor.fullAt) > reconcileMs;
  if (!isDue && asked.length <= maxChanges) {
    return fetchChanges(last, io, { asked, cursor: { ...cursor, seenUntil: newest.time } });
  }
  const fetched = await io.downloadAll([archiveAt(source)], last);
  if (!isUnchanged(fetched))
    return withLaterChanges(fetched, io, { changes, newest: newest.time, isFirst: last === undefined });
  if (cursor === undefined) return fetched;
  refuseStale(asked, source);
  return fetchChanges(last, io, { asked, cursor: { ...cursor, seenUntil: newest.time } });
}

/** One change of a time that is yet to come would hide all others from then on; clocks differ by less. */
function newestOf(changes: readonly Change[]): Change | undefined {
  const latestMs = Date.now() + clocksDifferMs;
  return changes.find(({ time }) => Date.parse(time) <= latestMs) ?? changes[0];
}

function withMissed(wanted: readonly Change[], cursor: Cursor | undefined): readonly Change[] {
  const ids = new Set(wanted.map(({ id }) => id));
  return [...wanted, ...(cursor?.missed ?? []).filter(({ id }) => !ids.has(id))];
}

function archiveAt(source: string): RemoteFile {
  return { url: addressBelow(source, 'all.zip'), name: 'all.zip', part: sourceName(source) };
}

interface Listed {
  readonly changes: readonly Change[];
  /** The time of the newest one that counts. */
  readonly newest: string;
  /** Nothing of the source was ever read. */
  readonly isFirst: boolean;
}

/**
 * An export may be older than the list beside it, and than what was read of that: what changed since then is read with it, and stands
 * before what it says. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2
 */
async function withLaterChanges(
  fetched: FetchedSnapshot,
  io: FeedIo,
  { changes, newest, isFirst }: Listed,
): Promise<FetchedSnapshot> {
  const archive = archiveAt(io.source);
  const cursor = { fullAt: newest, seenUntil: newest };
  const madeMs = Date.parse(fetched.fingerprint.files?.[archive.url]?.lastModified ?? '');
  if (!(madeMs < Date.parse(newest))) return withCursor(fetched, cursor);
  const later = changesSince(changes, madeMs - overlapMs);
  if (isFirst && later.length > maxChanges)
    return withCursor(fetched, { ...cursor, seenUntil: new Date(madeMs).toISOString() });
  refuseStale(later, io.source);
  const files = later.map((change) => documentOf(change, io.source));
  const both = await io.downloadAll([...files, archive], fetched.fingerprint);
  return isUnchanged(both) ? withCursor(fetched, cursor) : noteMissed(both, io.source, { asked: later, cursor });
}

/** What is known of so many records is newer than the export, and to ask for each costs more than to wait for the next one. */
function refuseStale(changes: readonly Change[], source: string): void {
  if (changes.length <= maxChanges) return;
  throw new OperationalError(
    'feed-export-stale',
    `${shownAddress(source)}all.zip is older than ${changes.length} changes that modified_id.csv lists; the last advisories stay.`,
  );
}

function documentOf({ id, time }: Change, source: string): RemoteFile {
  const url = addressBelow(source, encodeURIComponent(`${id}.json`));
  return { url, name: `${id}.json`, part: sourceName(source), version: time, isOptional: true };
}

async function fetchChanges(
  last: Fingerprint | undefined,
  io: FeedIo,
  { asked, cursor }: { readonly asked: readonly Change[]; readonly cursor: Cursor },
): Promise<Fetched> {
  if (asked.length === 0) return 'unchanged';
  const files = asked.map((change) => documentOf(change, io.source));
  const fetched = await io.downloadAll(files, last);
  if (isUnchanged(fetched)) return fetched;
  const noted = await noteMissed(fetched, io.source, { asked, cursor });
  return { ...noted, snapshot: { ...noted.snapshot, isPartial: true } };
}

/** What is not known to be there is asked for again, whatever the list says of it. */
async function noteMissed(
  { fingerprint, snapshot }: FetchedSnapshot,
  source: string,
  { asked, cursor }: { readonly asked: readonly Change[]; readonly cursor: Cursor },
): Promise<FetchedSnapshot> {
  const unusable = await unusableDocuments(snapshot);
  const missed = asked.filter(({ id }) => unusable.has(`${id}.json`));
  const urls = new Set(missed.map((change) => documentOf(change, source).url));
  const known = Object.entries(fingerprint.files ?? {}).filter(([url]) => !urls.has(url));
  return withCursor(
    { fingerprint: { ...fingerprint, files: Object.fromEntries(known) }, snapshot },
    { ...cursor, missed },
  );
}

/** A page that says "busy", or half a record: an answer like any other to whoever fetches it. Those of archives have a stamp. */
async function unusableDocuments({ parts }: Snapshot): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const part of parts) {
    for await (const document of documentsOf(part, (_, stamp) => stamp === undefined)) {
      if (isDocument(document) && isFeedProblem(await readDocument('', part.name, document))) names.add(document.name);
    }
  }
  return names;
}

function withCursor(fetched: FetchedSnapshot, cursor: Cursor): FetchedSnapshot {
  return { ...fetched, fingerprint: { ...fetched.fingerprint, cursor: JSON.stringify(cursor) } };
}

function cursorOf(last: Fingerprint | undefined): Cursor | undefined {
  if (last?.cursor === undefined) return undefined;
  const cursor = Cursor.safeParse(JSON.parse(last.cursor));
  return cursor.success ? cursor.data : undefined;
}

interface Change {
  readonly id: string;
  readonly time: string;
}

/** `2024-11-26T10:00:00Z,GHSA-...`. Ids are names of files, and nothing else is asked for. */
function readChanges(csv: string): readonly Change[] {
  return [...csv.matchAll(/^([0-9T:.Z+-]{10,40}),([A-Za-z0-9][\w:.+-]{0,255})\s*$/gm)]
    .map(([, time = '', id = '']) => ({ id, time }))
    .filter(({ time }) => !Number.isNaN(Date.parse(time)));
}

function changesSince(changes: readonly Change[], sinceMs: number): readonly Change[] {
  const end = changes.findIndex(({ time }) => Date.parse(time) < sinceMs);
  return end === -1 ? changes : changes.slice(0, end);
}
