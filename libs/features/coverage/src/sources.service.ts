import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { frozenReleases, refreshRunPrefix, signaturesOf } from '@tidewaiter/features/advisories';
import { DATABASE } from '@tidewaiter/server';
import { FeedRecord, type FeedPage } from './sources.schema';

/** Where advisories come from. Feeds are configured by hand and few: one page holds them all. */
@Injectable()
export class SourcesService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async listFeeds(): Promise<FeedPage> {
    const rows = await this.database.feedState.findMany({ orderBy: { id: 'asc' } });
    const items = rows.map((row) => ({
      id: row.id,
      feed: row.feed,
      source: withoutCredentials(row.source),
      state: FeedRecord.shape.state.parse(row.state),
      signatures: signaturesOf(row.fingerprint),
      ecosystems: row.ecosystems,
      records: row.records,
      problems: row.problems,
      problemSample: FeedRecord.shape.problemSample.parse(row.problemSample),
      lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null,
      lastSuccessAt: row.lastSuccessAt?.toISOString() ?? null,
      lastChangeAt: row.lastChangeAt?.toISOString() ?? null,
      lastError: row.lastError,
      retiredAt: row.retiredAt?.toISOString() ?? null,
      frozen: frozenReleases(row.frozen),
    }));
    return { items, next: null };
  }

  /** What was never done is due, so the planner does it at its next look, and only for the sources that are configured now. */
  async refresh(): Promise<void> {
    await this.database.scheduleRun.deleteMany({ where: { key: { startsWith: refreshRunPrefix } } });
  }
}

/** A source may be a path or a URL; of a URL, user and query may be secrets (a SAS token is a query). */
function withoutCredentials(source: string): string {
  if (!/^https?:/i.test(source) || !URL.canParse(source)) return source;
  const url = new URL(source);
  if (url.username === '' && url.password === '' && url.search === '') return source;
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
