import { Inject, Injectable } from '@nestjs/common';
import { jsonbValue, postgresText, Prisma, type Database, type Transaction } from '@tidewaiter/db';
import { createFeedIo } from '@tidewaiter/feed-io';
import {
  ecosystemsSpokenFor,
  feeds,
  frozenProblem,
  goneProblem,
  isUnchanged,
  isWholeReadingDue,
  toFetchAnew,
  withoutLostReleases,
  type Feed,
  type FeedProblem,
  type Fingerprint,
  type SameSnapshot,
  type Snapshot,
} from '@tidewaiter/feeds';
import { messageOf, OperationalError, UnexpectedError, UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import {
  ecosystemsAmong,
  lockAdvisories,
  packageCounts,
  removeAdvisories,
  restampAdvisories,
  storedRecords,
  writeAdvisories,
  type ChangedAdvisory,
} from './advisory-rows';
import { ReleaseFreeze, type EndedReleases } from './frozen-releases';
import { feedIoOptions, READING_OPTIONS, type ReadingOptions } from './reading-options';
import { retiredState } from './retired-sources';
import { SilencedRecords } from './silenced-records';
import { SourceReading, type ReadSource } from './source-reading';
import { standingProblems } from './standing-problems';
import { frozenReleases, StoredFingerprint, StoredFrozen, type FeedCause } from './stored-columns.schema';
import { linkVulnerabilities } from './vulnerability-groups';

export interface RefreshOutcome {
  readonly state: 'unchanged' | 'changed';
  readonly run: number;
  readonly records: number;
  /** Of these, the ones that were read; the others are in the same bytes as the last time. */
  readonly read: number;
  readonly changed: number;
  readonly removed: number;
  readonly problems: number;
}

/** Records written in one transaction, and what they may speak of: a record can name thousands of packages. */
const batchRecords = 1_000;
const batchWeight = 20_000;
const batchTimeoutMs = 300_000;
const linkTimeoutMs = 600_000;

/**
 * Brings one source up to date: asks it whether something is new, parses, compares by content and writes only what
 * changed. A source that fails, or of which a part cannot be read, keeps its last good records and says so.
 */
@Injectable()
export class RefreshSource {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(READING_OPTIONS) private readonly options: ReadingOptions,
  ) {}

  async refresh(sourceId: string, signal?: AbortSignal): Promise<RefreshOutcome> {
    const row = await this.database.feedState.findUnique({ where: { id: sourceId } });
    if (row === null) throw new UserError('feed-unknown', `no advisory source has the id ${sourceId}`);
    if (row.retiredAt !== null) return this.withdraw(row);
    const feed = feedById(row.feed);
    const cause: FeedCause = { kind: 'feed', source: sourceId, run: row.run + 1 };
    await this.database.feedState.update({ where: { id: sourceId }, data: { lastAttemptAt: new Date() } });
    try {
      const io = createFeedIo(feedIoOptions(row, this.options));
      const now = new Date().toISOString();
      const lastWholeAt = wholeReadingOf(row.fingerprint, feed);
      const last = { ecosystems: row.ecosystems, frozen: StoredFrozen.parse(row.frozen) };
      const isAllBelieved = this.options.maxShrinkPercent >= 100;
      // What is frozen is to be taken back, which a source that is unchanged since would say nothing of.
      const isWhole = isWholeReadingDue(lastWholeAt, now) || (isAllBelieved && Object.keys(last.frozen).length > 0);
      // Nor is a server believed for ever that what it has is still the same.
      const fetched = await feed.fetch(lastFingerprint(row.fingerprint, isWhole), io);
      if (isUnchanged(fetched)) return await succeedUnchanged(this.database, row, { fetched, source: feed });
      const task = { cause, isPartial: fetched.snapshot.isPartial === true, isAllBelieved };
      const freeze = new ReleaseFreeze(this.database, last, task);
      const read = await this.readAll(feed, fetched.snapshot, { cause, signal, isWhole, freeze });
      const frozen = read.fatal === undefined ? read.frozen : last.frozen;
      if (read.fatal === undefined) await freeze.settle(read);
      const removed = await this.removeAll(read.gone, cause);
      await this.database.$transaction((tx) => linkVulnerabilities(tx, cause), { timeout: linkTimeoutMs });
      const wholeAt = isWhole && !read.isPartial ? now : lastWholeAt;
      const fingerprint = storedFingerprint(fetched.fingerprint, feed, wholeAt);
      const speaksOf = (ecosystems: Iterable<string>): readonly string[] =>
        ecosystemsSpokenFor(feed, partNames(fetched.snapshot), ecosystems);
      // What it speaks of instead of an ecosystem that is missed is not missed in its turn when that is there again.
      const spoken =
        read.lost === undefined ? await this.spokenOf(row, read, speaksOf) : { known: row.ecosystems, gone: [] };
      // A feed by release has said so itself.
      const gone = [
        ...(feed.isByRelease === true ? [] : spoken.gone.map(goneProblem)),
        ...frozenReleases(frozen).map(({ ecosystem, since }) => frozenProblem(ecosystem, since)),
      ];
      const { problemCount: problems, problems: problemSample } = standingProblems(row, withProblems(read, gone));
      await this.finish({
        cause,
        read: { ...read, problemCount: problems, problems: problemSample },
        fingerprint,
        ecosystems: spoken.known,
        frozen,
      });
      const { records, read: readCount, changed } = read;
      return { state: 'changed', run: cause.run, records, read: readCount, changed, removed, problems };
    } catch (error) {
      // Told to stop: the job is handed back and begins anew, with the same run.
      if (signal?.aborted !== true) await this.fail(cause, error);
      throw error;
    }
  }

  /** Takes back everything that a source said which nobody configures any more, with that as the cause of what changes. */
  private async withdraw(row: { readonly id: string; readonly run: number; readonly state: string }) {
    const none = { run: row.run, records: 0, read: 0, changed: 0, removed: 0, problems: 0 } as const;
    if (row.state === 'retired') return { state: 'unchanged' as const, ...none };
    const cause: FeedCause = { kind: 'feed', source: row.id, run: row.run + 1, retired: true };
    const stored = await storedRecords(this.database, row.id);
    const removed = await this.removeAll([...stored.keys()], cause);
    await this.database.$transaction((tx) => linkVulnerabilities(tx, cause), { timeout: linkTimeoutMs });
    await this.endRun(row.id, { ...retiredState, run: cause.run, ...(removed > 0 && { lastChangeAt: new Date() }) });
    return { state: 'changed' as const, ...none, run: cause.run, removed };
  }

  /** What it has written so far is true and stays; the run is over, so that its packages are judged and told of. */
  private async fail({ source, run }: FeedCause, error: unknown): Promise<void> {
    // Another worker has ended this run: what it said of the source is newer.
    if (error instanceof OperationalError && error.code === 'feed-run-over') return;
    await this.endRun(source, { state: 'failing', lastError: postgresText(messageOf(error)), run });
  }

  /** What the source speaks of as a whole now, and what of that it had and has no more. */
  private async spokenOf(
    { id, ecosystems: last }: { readonly id: string; readonly ecosystems: readonly string[] },
    { fatal, isPartial, ecosystems }: ReadSource,
    speaksOf: (ecosystems: Iterable<string>) => readonly string[],
  ): Promise<{ readonly known: readonly string[]; readonly gone: readonly string[] }> {
    const others = last.filter((ecosystem) => !ecosystems.has(ecosystem));
    // Where not every part was read, the others may be what spoke of these.
    const isSure = fatal === undefined && !isPartial;
    const still = isSure ? speaksOf(await ecosystemsAmong(this.database, others, id)) : others;
    // What says nothing any more of what it spoke of is not believed where it says something else.
    const read = fatal === undefined ? ecosystems : await ecosystemsAmong(this.database, [...ecosystems], id);
    const known = new Set([...speaksOf(read), ...still]);
    return { known: [...known].sort(), gone: last.filter((ecosystem) => !known.has(ecosystem)) };
  }

  /** A source of which a part was not read is failing, and is read again from the beginning next time. */
  private async finish({
    cause,
    read,
    fingerprint,
    ecosystems,
    frozen,
  }: {
    frozen: StoredFrozen;
    cause: FeedCause;
    read: ReadSource;
    fingerprint: StoredFingerprint;
    ecosystems: readonly string[];
  }): Promise<void> {
    const { fatal, records, problemCount, problems } = read;
    const isChanged = read.changed > 0 || read.gone.length > 0;
    await this.endRun(cause.source, {
      run: cause.run,
      records,
      problems: problemCount,
      problemSample: jsonbValue(problems),
      ecosystems: [...ecosystems],
      frozen,
      ...(isChanged ? { lastChangeAt: new Date() } : {}),
      ...(fatal === undefined
        ? {
            state: 'ok',
            lastError: null,
            fingerprint: jsonbValue(fingerprint),
            lastSuccessAt: new Date(),
          }
        : { state: 'failing', lastError: postgresText(fatal.message), fingerprint: toReadAgain(fingerprint) }),
    });
  }

  /** Under the lock that writers take, so that none of them still writes for the run that is over. */
  private async endRun(source: string, data: Prisma.FeedStateUpdateInput): Promise<void> {
    await this.database.$transaction(
      async (tx) => {
        await lockAdvisories(tx);
        await tx.feedState.update({ where: { id: source }, data });
      },
      { timeout: linkTimeoutMs },
    );
  }

  private async readAll(
    feed: Feed,
    snapshot: Snapshot,
    {
      cause,
      signal,
      isWhole,
      freeze,
    }: { cause: FeedCause; signal: AbortSignal | undefined; isWhole: boolean; freeze: ReleaseFreeze },
  ): Promise<ReadSource & EndedReleases> {
    await freeze.start();
    const stored = await storedRecords(this.database, cause.source);
    const reading = new SourceReading(feed, stored, isWhole);
    const { maxShrinkPercent } = this.options;
    const isPartial = snapshot.isPartial === true;
    const silenced = new SilencedRecords(this.database, {
      sourceId: cause.source,
      stored,
      maxShrinkPercent,
      isPartial,
    });
    const write = async (rows: readonly ChangedAdvisory[]): Promise<void> => {
      signal?.throwIfAborted();
      if (rows.length === 0) return;
      const unseen = freeze.unseen(reading);
      const writeRows = (tx: Transaction) => writeAdvisories(tx, rows, { cause, unseen });
      freeze.keep(await this.database.$transaction(writeRows, { timeout: batchTimeoutMs }), rows);
    };
    const batch = new AdvisoryBatch();
    const items = afterProblems(snapshot, feed.parse(snapshot, reading.knows));
    const before = feed.isByRelease === true ? await packageCounts(this.database, cause.source) : undefined;
    const { dropsReleases } = feed;
    const believed =
      before === undefined ? items : withoutLostReleases(items, { before, maxShrinkPercent, dropsReleases });
    for await (const item of believed) {
      const changed = reading.take(item);
      if (changed === undefined) continue;
      batch.add(changed);
      if (batch.isFull()) await write(await silenced.holdBack(batch.take()));
    }
    await write(await silenced.holdBack(batch.take()));
    await this.database.$transaction((tx) => restampAdvisories(tx, reading.touched(), cause), {
      timeout: batchTimeoutMs,
    });
    const ended = await freeze.ended(reading, silenced.ids);
    const { staying, frozen, lost } = ended;
    const fewer = { gone: reading.fewer(staying), staying: staying.length };
    const refusal = lost ?? (await silenced.problem(new Set(Object.keys(frozen)), fewer));
    const held = silenced.ids.length;
    const read = reading.result({ maxShrinkPercent, isPartial, staying, refusal, held });
    if (read.fatal === undefined) for (const rows of batches(silenced.rows())) await write(rows);
    return { ...read, ...ended };
  }

  private async removeAll(nativeIds: readonly string[], cause: FeedCause): Promise<number> {
    for (let start = 0; start < nativeIds.length; start += batchRecords) {
      const batch = nativeIds.slice(start, start + batchRecords);
      await this.database.$transaction((tx) => removeAdvisories(tx, batch, cause), { timeout: batchTimeoutMs });
    }
    return nativeIds.length;
  }
}

function withProblems(read: ReadSource, problems: readonly FeedProblem[]): ReadSource {
  const { problemCount, problems: others } = read;
  return { ...read, problemCount: problemCount + problems.length, problems: [...problems, ...others] };
}

async function* afterProblems<Item>(
  { problems = [] }: Snapshot,
  items: AsyncIterable<Item>,
): AsyncGenerator<Item | FeedProblem> {
  yield* problems;
  yield* items;
}

function partNames({ parts }: Snapshot): readonly string[] {
  return parts.map(({ name }) => name);
}

function* batches(rows: readonly ChangedAdvisory[]): Generator<readonly ChangedAdvisory[]> {
  const batch = new AdvisoryBatch();
  for (const row of rows) {
    batch.add(row);
    if (batch.isFull()) yield batch.take();
  }
  yield batch.take();
}

/** Records that wait to be written together. */
class AdvisoryBatch {
  private rows: ChangedAdvisory[] = [];
  private weight = 0;

  add(row: ChangedAdvisory): void {
    this.rows.push(row);
    for (const { versions } of row.advisory.affected) this.weight += 1 + versions.length / 20;
  }

  isFull(): boolean {
    return this.rows.length >= batchRecords || this.weight >= batchWeight;
  }

  take(): readonly ChangedAdvisory[] {
    const { rows } = this;
    this.rows = [];
    this.weight = 0;
    return rows;
  }
}

function feedById(id: string): Feed {
  const feed = feeds.find((candidate) => candidate.id === id);
  if (feed === undefined)
    throw new UnexpectedError('feed-not-registered', `a row names the feed ${id}, which is not registered`);
  return feed;
}

export function storedFingerprint(
  fingerprint: Fingerprint,
  { revision }: Pick<Feed, 'revision'>,
  wholeAt: string | undefined,
): StoredFingerprint {
  return { ...fingerprint, revision, ...(wholeAt !== undefined && { wholeAt }) };
}

/** Where all is to be read, what there was and no more. */
export function lastFingerprint(stored: Prisma.JsonValue, isWhole: boolean): Fingerprint | undefined {
  if (stored === null) return undefined;
  const { revision: _revision, wholeAt: _wholeAt, ...fingerprint } = StoredFingerprint.parse(stored);
  return isWhole ? toFetchAnew(fingerprint) : fingerprint;
}

/** When everything was read the last time, leaving out nothing by its stamp, and by the parser of now. RFC 3339. */
export function wholeReadingOf(stored: Prisma.JsonValue, feed: Pick<Feed, 'revision'>): string | undefined {
  if (stored === null) return undefined;
  const { revision, wholeAt } = StoredFingerprint.parse(stored);
  return revision === feed.revision ? wholeAt : undefined;
}

/** Nothing of it is taken for known the next time, but which files there were. */
export function toReadAgain({ revision, wholeAt: _wholeAt, ...fingerprint }: StoredFingerprint) {
  const names = toFetchAnew(fingerprint);
  return names === undefined ? Prisma.DbNull : jsonbValue({ ...names, revision });
}

/** It was asked and has nothing new: what is known of it is as good as new. */
export async function succeedUnchanged(
  database: Database,
  { id, fingerprint }: { readonly id: string; readonly fingerprint: Prisma.JsonValue },
  { fetched, source }: { readonly fetched: 'unchanged' | SameSnapshot; readonly source: Pick<Feed, 'revision'> },
): Promise<RefreshOutcome> {
  const row = await database.feedState.update({
    where: { id },
    data: {
      state: 'ok',
      lastError: null,
      lastSuccessAt: new Date(),
      ...(fetched !== 'unchanged' && {
        fingerprint: jsonbValue(storedFingerprint(fetched.fingerprint, source, wholeReadingOf(fingerprint, source))),
      }),
    },
  });
  return {
    state: 'unchanged',
    run: row.run,
    records: row.records,
    read: 0,
    changed: 0,
    removed: 0,
    problems: row.problems,
  };
}
