import { Inject, Injectable } from '@nestjs/common';
import { jsonbValue, postgresText, type Database, type Prisma } from '@tidewaiter/db';
import { createFeedIo } from '@tidewaiter/feed-io';
import { isUnchanged, isWholeReadingDue, type FetchedSnapshot } from '@tidewaiter/feeds';
import { recountImages } from '@tidewaiter/features/matches';
import { messageOf, UserError } from '@tidewaiter/kit';
import { DATABASE } from '@tidewaiter/server';
import { lockAdvisories } from '../advisory-rows';
import {
  lastFingerprint,
  storedFingerprint,
  succeedUnchanged,
  toReadAgain,
  wholeReadingOf,
  type RefreshOutcome,
} from '../refresh-source';
import { feedIoOptions, READING_OPTIONS, type ReadingOptions } from '../reading-options';
import { retiredState } from '../retired-sources';
import { StoredFingerprint, type FeedCause } from '../stored-columns.schema';
import { enrichmentSourceOf } from './enrichment-feeds';
import { readEnrichment, type ReadEnrichment } from './enrichment-reading';
import { withdrawEnrichment, writeEnrichment } from './enrichment-tables';
import { rankMatches } from './rank-matches';
import { enrichVulnerabilities } from './vulnerability-threats';

const writeTimeoutMs = 600_000;

/**
 * Brings one source of what is known beside advisories up to date, and with it what is known of vulnerabilities and open
 * matches. Verdicts depend on none of it: a source that fails keeps what it last said, and stops nothing.
 */
@Injectable()
export class RefreshEnrichment {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(READING_OPTIONS) private readonly options: ReadingOptions,
  ) {}

  async refresh(sourceId: string, signal?: AbortSignal): Promise<RefreshOutcome> {
    const row = await this.database.feedState.findUnique({ where: { id: sourceId } });
    const source = enrichmentSourceOf(row?.feed ?? '');
    if (row === null || source === undefined)
      throw new UserError('feed-unknown', `nothing to enrich by has the id ${sourceId}`);
    if (row.retiredAt !== null) return this.withdraw(row, signal);
    await this.database.feedState.update({ where: { id: sourceId }, data: { lastAttemptAt: new Date() } });
    const { maxShrinkPercent } = this.options;
    try {
      const io = createFeedIo(feedIoOptions(row, this.options));
      const now = new Date().toISOString();
      const lastWholeAt = wholeReadingOf(row.fingerprint, source);
      const isWhole = isWholeReadingDue(lastWholeAt, now);
      // No server is believed for ever that what it has is still the same.
      const fetched = await source.fetch(lastFingerprint(row.fingerprint, isWhole), io);
      if (isUnchanged(fetched)) return await succeedUnchanged(this.database, row, { fetched, source });
      const read = await readEnrichment(source, fetched.snapshot, {
        lastRecords: row.records,
        maxShrinkPercent,
        signal,
      });
      const cause: FeedCause = { kind: 'feed', source: sourceId, run: row.run + 1 };
      if (read.refusal !== undefined) return await this.keep(cause, { read, row });
      const isFirst = row.lastSuccessAt === null;
      const wholeAt = isWhole ? now : lastWholeAt;
      return await this.take(source, { fetched, read, cause, isFirst, wholeAt, signal });
    } catch (error) {
      if (signal?.aborted !== true) await this.fail(sourceId, messageOf(error));
      throw error;
    }
  }

  /** What nobody asks for any more is not known any more: a score that is never read again would stand for ever. */
  private async withdraw(
    row: { readonly id: string; readonly feed: string; readonly run: number; readonly state: string },
    signal: AbortSignal | undefined,
  ): Promise<RefreshOutcome> {
    const none = { run: row.run, records: 0, read: 0, changed: 0, removed: 0, problems: 0 } as const;
    if (row.state === 'retired') return { state: 'unchanged', ...none };
    const cause: FeedCause = { kind: 'feed', source: row.id, run: row.run + 1, retired: true };
    await this.database.$transaction(
      async (tx) => {
        await lockAdvisories(tx);
        await withdrawEnrichment(tx, row.feed);
        await enrichVulnerabilities(tx);
      },
      { timeout: writeTimeoutMs },
    );
    await rankMatches(this.database, { cause, isQuiet: false, signal });
    await recountImages(this.database, signal);
    await this.database.feedState.update({ where: { id: row.id }, data: { ...retiredState, run: cause.run } });
    return { state: 'changed', ...none, run: cause.run };
  }

  /**
   * The last good state stays, and the source is read again next time, also where it has its last good bytes: only what is read says which
   * problems there are in them.
   */
  private async keep(
    { source, run }: FeedCause,
    { read, row }: { read: ReadEnrichment; row: { readonly records: number; readonly fingerprint: Prisma.JsonValue } },
  ): Promise<RefreshOutcome> {
    const { records, fingerprint } = row;
    const { problemCount: problems, refusal = '' } = read;
    await this.database.feedState.update({
      where: { id: source },
      data: {
        state: 'failing',
        lastError: postgresText(refusal),
        problems,
        problemSample: jsonbValue(read.problems),
        ...(fingerprint !== null && { fingerprint: toReadAgain(StoredFingerprint.parse(fingerprint)) }),
      },
    });
    return { state: 'unchanged', run: run - 1, records, read: records, changed: 0, removed: 0, problems };
  }

  private async fail(sourceId: string, message: string): Promise<void> {
    await this.database.feedState.update({
      where: { id: sourceId },
      data: { state: 'failing', lastError: postgresText(message) },
    });
  }

  private async take(
    source: { readonly revision: number },
    { fetched, read, cause, isFirst, wholeAt, signal }: TakeOptions,
  ): Promise<RefreshOutcome> {
    const { items, problemCount: problems } = read;
    const written = await this.database.$transaction(
      async (tx) => {
        await lockAdvisories(tx);
        const outcome = await writeEnrichment(tx, cause.source, items);
        await enrichVulnerabilities(tx);
        return outcome;
      },
      { timeout: writeTimeoutMs },
    );
    // What is there when somebody begins to look is no change.
    await rankMatches(this.database, { cause, isQuiet: isFirst || written.isQuiet, signal });
    await recountImages(this.database, signal);
    await this.database.feedState.update({
      where: { id: cause.source },
      data: {
        run: cause.run,
        records: items.length,
        problems,
        problemSample: jsonbValue(read.problems),
        state: 'ok',
        lastError: null,
        fingerprint: jsonbValue(storedFingerprint(fetched.fingerprint, source, wholeAt)),
        lastSuccessAt: new Date(),
        ...(written.changed > 0 && { lastChangeAt: new Date() }),
      },
    });
    const { changed } = written;
    return {
      state: 'changed',
      run: cause.run,
      records: items.length,
      read: items.length,
      changed,
      removed: 0,
      problems,
    };
  }
}

interface TakeOptions {
  readonly fetched: FetchedSnapshot;
  readonly read: ReadEnrichment;
  readonly cause: FeedCause;
  readonly isFirst: boolean;
  readonly wholeAt: string | undefined;
  readonly signal: AbortSignal | undefined;
}
