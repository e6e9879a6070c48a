import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { gaugeText } from './prometheus-text';

/** What an operator watches by machine: whether the knowledge that images are judged by is current. */
@Injectable()
export class MetricsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async text(): Promise<string> {
    const rows = await this.database.feedState.findMany({ orderBy: { id: 'asc' } });
    const perFeed = (valueOf: (row: (typeof rows)[number]) => number) =>
      rows.map((row) => ({ labels: { feed: row.id }, value: valueOf(row) }));
    return [
      gaugeText(
        'tidewaiter_feed_failing',
        'Whether the last look at the source failed.',
        perFeed(({ state }) => (state === 'failing' ? 1 : 0)),
      ),
      gaugeText(
        'tidewaiter_feed_last_success_timestamp_seconds',
        'When the source was last read whole; 0 when it never was.',
        perFeed(({ lastSuccessAt }) => (lastSuccessAt?.getTime() ?? 0) / 1_000),
      ),
      gaugeText(
        'tidewaiter_feed_records',
        'Records that are known from the source.',
        perFeed(({ records }) => records),
      ),
      gaugeText(
        'tidewaiter_feed_problems',
        'Records that could not be used at the last reading.',
        perFeed(({ problems }) => problems),
      ),
    ].join('');
  }
}
