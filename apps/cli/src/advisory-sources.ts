import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  importFeeds,
  openAdvisoryStore,
  storeVersion,
  type AdvisoryStore,
  type PartResult,
} from '@tidewaiter/advisory-store';
import { createFeedIo } from '@tidewaiter/feed-io';
import {
  configuredSource,
  isAddress,
  isUnchanged,
  keyFilesOf,
  toFetchAnew,
  type ConfiguredSource,
  type Feed,
  type FeedKeyFile,
  type FeedIo,
  type FeedProblem,
  type Fetched,
  type Fingerprint,
} from '@tidewaiter/feeds';
import { OperationalError } from '@tidewaiter/kit';
import { version } from '../../../package.json';
import { fitHeapToImport } from './heap-for-imports';

/** How sources are asked. */
export interface AskingOptions {
  readonly cacheDir: string;
  readonly keyFiles: readonly FeedKeyFile[];
  /** From 100 on what is not there any more is believed to be gone. */
  readonly maxShrinkPercent?: number;
}

export interface ReadSource extends AskingOptions {
  readonly maxShrinkPercent: number;
  onProblem(problem: FeedProblem): void;
}

/**
 * Opens what `--advisories` names. Raw records are imported into a store of their own in the cache, which serves again
 * as long as the source is unchanged.
 */
export async function openSource(text: string, options: ReadSource): Promise<AdvisoryStore> {
  if (!isAddress(text) && (await isStoreFile(text))) return openAdvisoryStore(text);
  const configured = configuredSource(text);
  const { feed, source } = configured;
  const key = createHash('sha256')
    .update(`${feed.id}=${isAddress(source) ? source : resolve(source)}`)
    .digest('hex')
    .slice(0, 24);
  const storePath = join(options.cacheDir, 'sources', `${key}.db`);
  const notePath = join(options.cacheDir, 'sources', `${key}.json`);
  // Of a directory what is there now counts, and nothing that was there before.
  const asking = isAddress(source) ? options : { ...options, maxShrinkPercent: 100 };
  const fetched = await fetchSource(configured, await readNote(storePath, notePath, feed), asking);
  const { fingerprint } = fetched === 'unchanged' ? {} : fetched;
  if (!isUnchanged(fetched)) {
    await mkdir(join(options.cacheDir, 'sources'), { recursive: true });
    const { snapshot } = fetched;
    // Both go first: parts that the source no longer has must not stay, and an interrupted import must not count.
    await rm(notePath, { force: true });
    if (snapshot.isPartial !== true) await rm(storePath, { force: true });
    const now = new Date().toISOString();
    fitHeapToImport();
    const results = await importFeeds(storePath, [{ feed, snapshot, now, onProblem: options.onProblem }], {
      ...options,
      thread: {},
    });
    refusePartial(text, results);
  }
  if (fingerprint !== undefined) {
    const note: Note = { store: storeVersion, revision: feed.revision, fingerprint };
    await writeFile(notePath, JSON.stringify(note));
  }
  return openAdvisoryStore(storePath);
}

interface Note {
  /** Which version of a store; programs of before wrote none. */
  readonly store?: number;
  readonly revision: number;
  readonly fingerprint: Fingerprint;
}

/** Judging by half a source would call clean what the other half knows. */
function refusePartial(source: string, results: readonly PartResult[]): void {
  const cut = results.filter(({ complete }) => !complete).map(({ part }) => part);
  if (cut.length === 0) return;
  throw new OperationalError('advisories-partial', `${cut.join(', ')} of ${source} could not be read to the end.`);
}

export function fetchSource(
  { feed, source }: ConfiguredSource,
  last: Fingerprint | undefined,
  options: AskingOptions,
): Promise<Fetched> {
  return feed.fetch(last, feedIo({ feed: feed.id, source }, options));
}

/** Downloads are kept in the cache; the program says who it is. */
export function feedIo(
  { feed, source }: { readonly feed: string; readonly source: string },
  { cacheDir, keyFiles, maxShrinkPercent = 0 }: AskingOptions,
): FeedIo {
  return createFeedIo({
    source,
    directory: join(cacheDir, 'snapshots'),
    userAgent: `tidewaiter/${version}`,
    keyFiles: keyFilesOf(feed, keyFiles),
    isGoneBelieved: maxShrinkPercent >= 100,
  });
}

async function readNote(storePath: string, notePath: string, feed: Feed): Promise<Fingerprint | undefined> {
  if (!existsSync(storePath) || !existsSync(notePath)) return undefined;
  // Written by openSource; the name of the file is a hash that nobody else makes.
  const note = JSON.parse(await readFile(notePath, 'utf8')) as Note;
  const isOurs = note.store === storeVersion && note.revision === feed.revision;
  return isOurs ? note.fingerprint : toFetchAnew(note.fingerprint);
}

const sqliteMagic = 'SQLite format 3\0';

export async function isStoreFile(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const handle = await open(path, 'r');
  try {
    if (!(await handle.stat()).isFile()) return false;
    const start = Buffer.alloc(sqliteMagic.length);
    await handle.read(start, 0, start.length, 0);
    return start.toString('latin1') === sqliteMagic;
  } finally {
    await handle.close();
  }
}
