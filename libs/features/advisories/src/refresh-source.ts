import { Inject, Injectable } from '@nestjs/common';
import type { Database, Prisma } from '@tidewaiter/db';
import { createFeedIo } from '@tidewaiter/feed-io';
import {
  contentHash,
  feeds,
  isFeedProblem,
  type Feed,
  type FeedProblem,
  type Fingerprint,
  type Snapshot,
} from '@tidewaiter/feeds';
import { messageOf, UnexpectedError, UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { z } from 'zod';
import { removeAdvisories, storedHashes, writeAdvisories, type ChangedAdvisory } from './advisory-rows';
import type { FeedCause } from './feed-cause';
import { SNAPSHOT_DIRECTORY } from './snapshot-directory';
import { linkVulnerabilities } from './vulnerability-groups';

export interface RefreshOutcome {
  readonly state: 'unchanged' | 'changed';
  readonly run: number;
  readonly records: number;
  readonly changed: number;
  readonly removed: number;
  readonly problems: number;
}

/** Records written in one transaction. */
const batchSize = 1_000;
/** Problems kept for the reader; the rest is counted. */
const problemSampleSize = 50;

/**
 * Brings one source up to date: asks it whether something is new, parses, compares by content and writes only what
 * changed. A source that fails keeps its last good records and says so.
 */
@Injectable()
export class RefreshSource {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SNAPSHOT_DIRECTORY) private readonly snapshotDirectory: string,
  ) {}

  async refresh(sourceId: string): Promise<RefreshOutcome> {
    const row = await this.database.feedState.findUnique({ where: { id: sourceId } });
    if (row === null) throw new UserError('feed-unknown', `no advisory source has the id ${sourceId}`);
    const feed = feedById(row.feed);
    await this.database.feedState.update({ where: { id: sourceId }, data: { lastAttemptAt: new Date() } });
    try {
      const io = createFeedIo({ source: row.source, directory: this.snapshotDirectory });
      const fetched = await feed.fetch(lastFingerprint(row.fingerprint, feed), io);
      if (fetched === 'unchanged') return await this.succeedUnchanged(sourceId);
      return await this.take(feed, { sourceId, run: row.run + 1, ...fetched });
    } catch (error) {
      await this.database.feedState.update({
        where: { id: sourceId },
        data: { state: 'failing', lastError: messageOf(error) },
      });
      throw error;
    }
  }

  private async succeedUnchanged(sourceId: string): Promise<RefreshOutcome> {
    const row = await this.database.feedState.update({
      where: { id: sourceId },
      data: { state: 'ok', lastError: null, lastSuccessAt: new Date() },
    });
    return { state: 'unchanged', run: row.run, records: row.records, changed: 0, removed: 0, problems: row.problems };
  }

  private async take(
    feed: Feed,
    {
      sourceId,
      run,
      snapshot,
      fingerprint,
    }: { sourceId: string; run: number; snapshot: Snapshot; fingerprint: Fingerprint },
  ): Promise<RefreshOutcome> {
    const cause: FeedCause = { kind: 'feed', source: sourceId, run };
    const read = await this.readAll(feed, snapshot, cause);
    // What an unreadable part would have had is not known to be gone.
    const gone = read.problems.some((problem) => problem.fatal) ? [] : [...read.unseen];
    await this.removeAll(gone, cause);
    const changed = read.changed + gone.length;
    if (changed > 0) await this.database.$transaction((tx) => linkVulnerabilities(tx, cause), { timeout: 600_000 });
    await this.database.feedState.update({
      where: { id: sourceId },
      data: {
        state: 'ok',
        run,
        lastError: null,
        fingerprint: { ...fingerprint, revision: feed.revision },
        records: read.records,
        problems: read.problemCount,
        problemSample: read.problems.map((problem): Prisma.JsonObject => ({ ...problem })),
        ecosystems: [...read.ecosystems].sort(),
        lastSuccessAt: new Date(),
        ...(changed === 0 ? {} : { lastChangeAt: new Date() }),
      },
    });
    return {
      state: 'changed',
      run,
      records: read.records,
      changed: read.changed,
      removed: gone.length,
      problems: read.problemCount,
    };
  }

  private async readAll(feed: Feed, snapshot: Snapshot, cause: FeedCause) {
    const unseen = await storedHashes(this.database, cause.source);
    const ecosystems = new Set<string>();
    const problems: FeedProblem[] = [];
    let [records, changed, problemCount] = [0, 0, 0];
    let batch: ChangedAdvisory[] = [];
    const flush = async (): Promise<void> => {
      const rows = batch;
      batch = [];
      if (rows.length > 0) await this.database.$transaction((tx) => writeAdvisories(tx, rows, cause));
    };
    for await (const item of feed.parse(snapshot)) {
      if (isFeedProblem(item)) {
        problemCount += 1;
        if (problems.length < problemSampleSize || item.fatal) problems.push(item);
        continue;
      }
      records += 1;
      for (const affected of item.affected) ecosystems.add(affected.ecosystem);
      const hash = contentHash(item);
      const stored = unseen.get(item.id);
      unseen.delete(item.id);
      if (stored === hash) continue;
      changed += 1;
      batch.push({ advisory: item, contentHash: hash });
      if (batch.length >= batchSize) await flush();
    }
    await flush();
    return { records, changed, problemCount, problems, ecosystems, unseen: unseen.keys() };
  }

  private async removeAll(nativeIds: readonly string[], cause: FeedCause): Promise<void> {
    for (let start = 0; start < nativeIds.length; start += batchSize) {
      const batch = nativeIds.slice(start, start + batchSize);
      await this.database.$transaction((tx) => removeAdvisories(tx, batch, cause));
    }
  }
}

function feedById(id: string): Feed {
  const feed = feeds.find((candidate) => candidate.id === id);
  if (feed === undefined)
    throw new UnexpectedError('feed-not-registered', `a row names the feed ${id}, which is not registered`);
  return feed;
}

const StoredFingerprint = z.object({
  sha256: z.string(),
  etag: z.string().exactOptional(),
  lastModified: z.string().exactOptional(),
  revision: z.number(),
});

/** Nothing when the feed's parser changed since: then the same bytes are read again. */
function lastFingerprint(stored: Prisma.JsonValue, feed: Feed): Fingerprint | undefined {
  if (stored === null) return undefined;
  const { revision, ...fingerprint } = StoredFingerprint.parse(stored);
  return revision === feed.revision ? fingerprint : undefined;
}
