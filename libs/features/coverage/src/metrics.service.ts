import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { DATABASE } from '@tidewaiter/server';
import { counterText, gaugeText } from './prometheus-text';

/** What an operator watches by machine: whether the knowledge that images are judged by is current. */
@Injectable()
export class MetricsService {
  constructor(@Inject(DATABASE) private readonly database: Database) {}

  async text(): Promise<string> {
    return (await this.feeds()) + (await this.budgets());
  }

  /** What our requests to the registries may still be, and were. */
  private async budgets(): Promise<string> {
    const rows = await this.database.requestBudget.findMany({ orderBy: [{ registry: 'asc' }, { operation: 'asc' }] });
    const perBudget = (valueOf: (row: (typeof rows)[number]) => number) =>
      rows.map((row) => {
        const { registry, identity, operation } = row;
        return { labels: { registry, identity, operation }, value: valueOf(row) };
      });
    const now = Date.now();
    return [
      gaugeText(
        'tidewaiter_registry_tokens',
        'Requests that could be sent at once when the budget was last used.',
        perBudget(({ tokens }) => Math.floor(tokens)),
      ),
      gaugeText(
        'tidewaiter_registry_requests_per_minute',
        'The rate the budget is filled at; it falls when the registry refuses a request and recovers step by step.',
        perBudget(({ perMinute }) => Math.round(perMinute)),
      ),
      gaugeText(
        'tidewaiter_registry_closed_seconds',
        'How long the registry wants no request; 0 when it does not mind.',
        perBudget(({ closedUntil }) => Math.max(0, Math.ceil(((closedUntil?.getTime() ?? 0) - now) / 1_000))),
      ),
      counterText(
        'tidewaiter_registry_requests_total',
        'Requests that were let through.',
        perBudget(({ granted }) => Number(granted)),
      ),
      counterText(
        'tidewaiter_registry_waits_total',
        'Times that a request was asked for and had to wait.',
        perBudget(({ waited }) => Number(waited)),
      ),
      counterText(
        'tidewaiter_registry_refusals_total',
        'Requests that the registry refused as too many (429).',
        perBudget(({ refused }) => Number(refused)),
      ),
    ].join('');
  }

  private async feeds(): Promise<string> {
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
