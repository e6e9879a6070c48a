import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { actionGauges } from '@tidewaiter/features/actuator';
import { frozenReleases } from '@tidewaiter/features/advisories';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { DATABASE } from '@tidewaiter/server';
import { CoverageRepository } from './coverage.repository';
import { coverageStates } from './coverage.schema';
import { CoverageService } from './coverage.service';
import { EventQueuesService } from './event-queues.service';
import { counterText, gaugeText } from './prometheus-text';

/** What an operator watches by machine: whether the knowledge that images are judged by is current. */
@Injectable()
export class MetricsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly repository: CoverageRepository,
    private readonly coverage: CoverageService,
    private readonly directory: RegistryDirectory,
    private readonly eventQueues: EventQueuesService,
  ) {}

  async text(): Promise<string> {
    return (
      this.unreadable() +
      (await this.queues()) +
      (await this.ledger()) +
      (await this.feeds()) +
      (await this.budgets()) +
      (await this.actions())
    );
  }

  private unreadable(): string {
    return gaugeText(
      'tidewaiter_registry_unreadable',
      '1 for each registry that is not watched because no key opens its credentials.',
      this.directory.allUnreadable().map(({ name }) => ({ labels: { registry: name }, value: 1 })),
    );
  }

  /** Whether the events that wait in queues are fetched. */
  private async queues(): Promise<string> {
    const { items } = await this.eventQueues.list();
    const perQueue = (valueOf: (item: (typeof items)[number]) => number) =>
      items.map((item) => ({ labels: { registry: item.registry, kind: item.kind }, value: valueOf(item) }));
    const seconds = (time: string | null) => (time === null ? 0 : Date.parse(time) / 1_000);
    return [
      gaugeText(
        'tidewaiter_event_queue_failing',
        'Whether the last look at the queue of events was refused.',
        perQueue(({ state }) => (state === 'failing' ? 1 : 0)),
      ),
      gaugeText(
        'tidewaiter_event_queue_last_read_timestamp_seconds',
        'When the queue last answered; 0 when it never did.',
        perQueue(({ readAt }) => seconds(readAt)),
      ),
      gaugeText(
        'tidewaiter_event_queue_last_message_timestamp_seconds',
        'When there was a message in the queue last; 0 when there never was.',
        perQueue(({ messageAt }) => seconds(messageAt)),
      ),
    ].join('');
  }

  /** What we change in registries, and whether something waits for it. */
  private async actions(): Promise<string> {
    const { actions, waitingSince } = await actionGauges(this.database);
    return [
      gaugeText(
        'tidewaiter_registry_actions',
        'What was, will be or would be changed in registries, by kind and state.',
        actions,
      ),
      gaugeText(
        'tidewaiter_quarantine_waiting_since_timestamp_seconds',
        'When the image came in that waits in quarantine for longest; absent where none waits.',
        waitingSince,
      ),
    ].join('');
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
    // Of one that nobody configures any more there is nothing to watch.
    const rows = await this.database.feedState.findMany({ where: { retiredAt: null }, orderBy: { id: 'asc' } });
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
        // What is frozen can be used, and would be counted for ever.
        perFeed(({ problems, frozen }) => Math.max(0, problems - frozenReleases(frozen).length)),
      ),
      gaugeText(
        'tidewaiter_feed_frozen_releases',
        'Releases that the source says nothing of any more; what it said of them last still judges.',
        perFeed(({ frozen }) => frozenReleases(frozen).length),
      ),
    ].join('');
  }

  /** What of the registries is looked at, and how far behind we are. */
  private async ledger(): Promise<string> {
    const { totals } = await this.coverage.summarize({});
    const { waiting, heldBack, oldestWaitingAt, pushToVerdict } = await this.coverage.lag();
    const oldest = oldestWaitingAt === null ? 0 : (Date.now() - Date.parse(oldestWaitingAt)) / 1_000;
    const { p50Seconds, p95Seconds, withinBudget } = pushToVerdict;
    const quantiles = [
      { labels: { quantile: '0.5' }, value: p50Seconds },
      { labels: { quantile: '0.95' }, value: p95Seconds },
    ];
    return [
      gaugeText(
        'tidewaiter_ledger_entries',
        'Entries of the coverage ledger.',
        coverageStates.map((state) => ({ labels: { state }, value: totals[state] })),
      ),
      gaugeText('tidewaiter_ledger_unaccounted', 'Tags and manifests that the ledger does not account for.', [
        { labels: {}, value: await this.repository.countUnaccounted() },
      ]),
      gaugeText('tidewaiter_scans_waiting', 'Scans that wait or run.', [{ labels: {}, value: waiting }]),
      gaugeText('tidewaiter_scans_held_back', 'Of these, scans whose registry or lane is paused.', [
        { labels: {}, value: heldBack },
      ]),
      gaugeText('tidewaiter_scans_oldest_waiting_seconds', 'How long the oldest of them has waited.', [
        { labels: {}, value: oldest },
      ]),
      gaugeText(
        'tidewaiter_push_to_verdict_seconds',
        'From the event of a push to its verdict, over the last day.',
        quantiles.flatMap(({ labels, value }) => (value === null ? [] : [{ labels, value }])),
      ),
      gaugeText(
        'tidewaiter_push_to_verdict_within_budget',
        'Share of the pushes of the last day whose verdict came within the budget.',
        withinBudget === null ? [] : [{ labels: {}, value: withinBudget }],
      ),
    ].join('');
  }
}
