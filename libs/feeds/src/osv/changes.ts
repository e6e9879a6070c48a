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
  type SameSnapshot,
  type Snapshot,
} from '../feed';
import { addressBelow, isDirectory, shownAddress } from '../address';
import { fetchSource } from '../fetch-source';
import { changesSince, newestOf, readChanges, type Change } from './change-list';
import { Cursor } from './cursor.schema';
import { readDocument } from './document';
import { listedLater, olderIn } from './listed-later';
import { withMissing } from './missing-records';

/** Records are listed when they are exported, not in the order in which they become readable. */
const overlapMs = 3_600_000;
/** Lists of changes miss what was deleted, and what was formatted anew without a new time: all is read again that often. */
const reconcileMs = 7 * 24 * 3_600_000;
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
  if (!isDue && last !== undefined && asked.length <= maxChanges) {
    const archive = archiveOf(last, source);
    return fetchChanges(last, io, { asked, cursor: { ...cursor, seenUntil: newest.time }, archive });
  }
  const fetched = await io.downloadAll([archiveAt(source)], last && withFiles(last, archiveOf(last, source)));
  if (cursor === undefined || last === undefined || !isSameArchive(fetched, last, source))
    return isUnchanged(fetched) ? fetched : withLaterChanges(fetched, io, { changes, newest: newest.time, last });
  refuseStale(asked, source);
  const archive = fetched === 'unchanged' ? archiveOf(last, source) : archiveOf(fetched.fingerprint, source);
  // Where it cannot be asked whether it is still the same, that was all of it once more, and the next time is in a week.
  const canBeAsked = Object.values(archive).some(({ etag, lastModified }) => etag ?? lastModified);
  const fullAt = canBeAsked ? cursor.fullAt : newest.time;
  return fetchChanges(last, io, { asked, cursor: { ...cursor, seenUntil: newest.time, fullAt }, archive });
}

/** An export that was read before, from which nothing can be learnt. What came since stands in the list. */
function isSameArchive(fetched: Fetched, last: Fingerprint, source: string): boolean {
  if (isUnchanged(fetched)) return true;
  const { url } = archiveAt(source);
  const [now, before] = [fetched.fingerprint.files?.[url], last.files?.[url]];
  return now !== undefined && now.sha256 === before?.sha256 && now.checkedWith === before.checkedWith;
}

type Files = NonNullable<Fingerprint['files']>;

function withFiles(fingerprint: Fingerprint, files: Files): Fingerprint {
  return { ...fingerprint, files };
}

/** What is known of the export, whatever was read since. */
function archiveOf({ files = {} }: Fingerprint, source: string): Files {
  const { url } = archiveAt(source);
  const archive = files[url];
  return archive === undefined ? {} : { [url]: archive };
}

function documentsAmong({ files = {} }: Fingerprint, source: string): Files {
  const { url } = archiveAt(source);
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== url));
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
  /** Undefined where nothing of the source was ever read. */
  readonly last: Fingerprint | undefined;
}

/**
 * An export may be older than the list beside it, and than what was read of that: what changed since then is read with it, and stands
 * before what it says.
 */
async function withLaterChanges(fetched: FetchedSnapshot, io: FeedIo, listed: Listed): Promise<FetchedSnapshot> {
  const { newest, last } = listed;
  const cursor = { fullAt: newest, seenUntil: newest };
  const later = await changesAfter(fetched, io.source, listed);
  if (last === undefined && later.length > maxChanges) {
    const madeAt = lastModifiedOf(fetched, io.source) ?? later.at(-1)?.time ?? newest;
    return withCursor(fetched, { ...cursor, seenUntil: new Date(madeAt).toISOString() });
  }
  refuseStale(later, io.source);
  const files = later.map((change) => documentOf(change, io.source));
  const documents = last === undefined ? {} : documentsAmong(last, io.source);
  if (files.length === 0 && Object.keys(documents).length === 0) return withCursor(fetched, cursor);
  const { archive, known } = alreadyHere(fetched, io.source);
  const both = await io.downloadAll([...files, archive], { sha256: '', files: { ...documents, ...known } });
  if (isUnchanged(both)) return withCursor(fetched, cursor);
  const noted = await noteMissed(both, io.source, { asked: later, cursor });
  const absent = later.filter((change) => both.fingerprint.files?.[documentOf(change, io.source).url] === undefined);
  return { ...noted, snapshot: withMissing(noted.snapshot, await olderIn(both.snapshot, absent)) };
}

/** When it was made its server says, or else each of its records. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2 */
async function changesAfter(
  fetched: FetchedSnapshot,
  source: string,
  { changes, newest }: Listed,
): Promise<readonly Change[]> {
  const madeAt = lastModifiedOf(fetched, source);
  if (madeAt === undefined) return listedLater(fetched.snapshot, changes);
  return Date.parse(madeAt) < Date.parse(newest) ? changesSince(changes, Date.parse(madeAt) - overlapMs) : [];
}

function lastModifiedOf({ fingerprint }: FetchedSnapshot, source: string): string | undefined {
  const lastModified = fingerprint.files?.[archiveAt(source).url]?.lastModified;
  return lastModified === undefined || Number.isNaN(Date.parse(lastModified)) ? undefined : lastModified;
}

/** The export as it was just downloaded: it is not asked for once more. */
function alreadyHere(
  { fingerprint }: FetchedSnapshot,
  source: string,
): { readonly archive: RemoteFile; readonly known: Files } {
  const archive = archiveAt(source);
  const [known] = Object.values(archiveOf(fingerprint, source));
  if (known === undefined) return { archive, known: {} };
  const version = known.sha256;
  return { archive: { ...archive, version }, known: { [archive.url]: { ...known, version } } };
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

interface ChangesReading {
  readonly asked: readonly Change[];
  readonly cursor: Cursor;
  /** As it was read the last time; kept, so that it can be asked for by what it was. */
  readonly archive: Files;
}

async function fetchChanges(
  last: Fingerprint,
  io: FeedIo,
  { asked, cursor, archive }: ChangesReading,
): Promise<Fetched> {
  const files = asked.map((change) => documentOf(change, io.source));
  const documents = documentsAmong(last, io.source);
  const fetched = files.length === 0 ? 'unchanged' : await io.downloadAll(files, withFiles(last, documents));
  if (isUnchanged(fetched)) return sameRecords(last, fetched, { archive, fullAt: cursor.fullAt, source: io.source });
  const noted = await noteMissed(fetched, io.source, { asked, cursor });
  const fingerprint = withFiles(noted.fingerprint, { ...noted.fingerprint.files, ...archive });
  return { fingerprint, snapshot: { ...noted.snapshot, isPartial: true } };
}

/** No record is new; what the export is called may be, or when it was last read. */
function sameRecords(
  last: Fingerprint,
  fetched: 'unchanged' | SameSnapshot,
  { archive, fullAt, source }: { readonly archive: Files; readonly fullAt: string; readonly source: string },
): 'unchanged' | SameSnapshot {
  const cursor = cursorOf(last);
  const isSame = cursor?.fullAt === fullAt && JSON.stringify(archive) === JSON.stringify(archiveOf(last, source));
  if (fetched === 'unchanged' && isSame) return fetched;
  const fingerprint = fetched === 'unchanged' ? last : fetched.fingerprint;
  const files = { ...documentsAmong(fingerprint, source), ...archive };
  return { fingerprint: { ...withFiles(fingerprint, files), cursor: JSON.stringify({ ...cursor, fullAt }) } };
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
