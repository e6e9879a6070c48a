import { Inject, Injectable } from '@nestjs/common';
import type { AdvisoriesConfig, RetentionConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import { ConfiguredFeeds, refreshRunPrefix } from '@tidewaiter/features/advisories';
import { RegistryDirectory, walkEveryMs, walkKey } from '@tidewaiter/features/registries';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { Upkeep, type PlannedRun } from './upkeep';

export interface PlannerOptions extends AdvisoriesConfig, RetentionConfig {
  /** How often lost jobs are made again; 10 seconds when left out. */
  readonly recoverEveryMs?: number;
}

export const PLANNER_OPTIONS = Symbol('PlannerOptions');

/** What was planned a moment ago is on its way to the queue. */
const settleMs = 10_000;

/** Everything that is done by the clock. */
@Injectable()
export class PlannedWork {
  private feedIds: readonly string[] = [];

  constructor(
    @Inject(PLANNER_OPTIONS) private readonly options: PlannerOptions,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly configuredFeeds: ConfiguredFeeds,
    private readonly registries: RegistryDirectory,
    private readonly upkeep: Upkeep,
  ) {}

  async prepare(): Promise<void> {
    const { configured, leaving } = await this.configuredFeeds.sync(this.options);
    this.feedIds = [...configured, ...leaving];
  }

  /** As things are configured now. */
  runs(): readonly PlannedRun[] {
    const { refreshIntervalMs, recoverEveryMs = 10_000 } = this.options;
    return [
      ...this.feedIds.map((feedId) => ({
        key: `${refreshRunPrefix}${feedId}`,
        schedule: { everyMs: refreshIntervalMs },
        run: () => this.queues.enqueue('feed.refresh', { feedId }),
      })),
      ...this.registries.all().map(({ id: registryId }) => ({
        key: walkKey(registryId),
        schedule: { everyMs: walkEveryMs },
        run: () => this.queues.enqueue('registry.reconcile', { registryId }),
      })),
      {
        key: 'recover lost refreshes',
        schedule: { everyMs: recoverEveryMs },
        run: () => this.recoverRefreshes(new Date()),
      },
      ...this.upkeep.runs(recoverEveryMs),
    ];
  }

  /**
   * Queues refreshes again that were planned and have not come to an end since: the queue may have lost them. One that waits or
   * runs is not queued twice. Of sources that are configured, or whose word is to be withdrawn.
   */
  private async recoverRefreshes(now: Date): Promise<void> {
    const before = new Date(now.getTime() - settleMs);
    const lost = await this.database.$queryRaw<{ feedId: string }[]>`
      SELECT f.id AS "feedId" FROM feed f JOIN schedule_run s ON s.key = ${refreshRunPrefix} || f.id
       WHERE f.id = ANY(${[...this.feedIds]}::text[]) AND s.last_run_at < ${before}
         AND (f.last_ended_at IS NULL OR f.last_ended_at < s.last_run_at)
       ORDER BY f.id`;
    await this.queues.enqueueMany('feed.refresh', lost);
  }
}
