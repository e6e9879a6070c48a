import { OperationalError } from '@tidewaiter/kit';
import { sourceName } from '../source-name';
import type { FeedIo, FetchedSnapshot, Fingerprint } from '../feed';
import { fetchSource, isAddress } from '../fetch-source';
import { Cursor } from './cursor.schema';

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
export async function fetchOsv(last: Fingerprint | undefined, io: FeedIo): Promise<'unchanged' | FetchedSnapshot> {
  const { source } = io;
  if (!isAddress(source) || !new URL(source).pathname.endsWith('/')) return fetchSource(last, io);
  const changes = readChanges((await io.get(`${source}modified_id.csv`)).toString('utf8'));
  const [newest] = changes;
  if (newest === undefined) {
    throw new OperationalError(
      'feed-index-unusable',
      `${source}modified_id.csv lists no record; the layout is another one.`,
    );
  }
  const cursor = cursorOf(last);
  const isStale = cursor === undefined || Date.parse(newest.time) - Date.parse(cursor.fullAt) > reconcileMs;
  const wanted = isStale ? [] : changesSince(changes, Date.parse(cursor.seenUntil) - overlapMs);
  if (isStale || wanted.length > maxChanges) return fetchAll(last, io, newest.time);
  return fetchChanges(last, io, { wanted, cursor: { ...cursor, seenUntil: newest.time } });
}

async function fetchAll(
  last: Fingerprint | undefined,
  io: FeedIo,
  newest: string,
): Promise<'unchanged' | FetchedSnapshot> {
  const { source } = io;
  const file = { url: `${source}all.zip`, name: 'all.zip', part: sourceName(source) };
  return withCursor(await io.downloadAll([file], last), { fullAt: newest, seenUntil: newest });
}

async function fetchChanges(
  last: Fingerprint | undefined,
  io: FeedIo,
  { wanted, cursor }: { readonly wanted: readonly Change[]; readonly cursor: Cursor },
): Promise<'unchanged' | FetchedSnapshot> {
  const part = sourceName(io.source);
  const files = wanted.map(({ id, time }) => {
    const name = `${id}.json`;
    return { url: io.source + encodeURIComponent(name), name, part, version: time, isOptional: true };
  });
  if (files.length === 0) return 'unchanged';
  const fetched = withCursor(await io.downloadAll(files, last), cursor);
  if (fetched === 'unchanged') return fetched;
  return { ...fetched, snapshot: { ...fetched.snapshot, isPartial: true } };
}

function withCursor(fetched: 'unchanged' | FetchedSnapshot, cursor: Cursor): 'unchanged' | FetchedSnapshot {
  if (fetched === 'unchanged') return fetched;
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
