import { Inject, Injectable } from '@nestjs/common';
import type { AdvisoriesConfig, RetentionConfig } from '@tidewaiter/config';
import { ConfiguredFeeds, refreshRunPrefix } from '@tidewaiter/features/advisories';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import type { Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';
import { Upkeep, type PlannedRun } from './upkeep';

export interface PlannerOptions extends AdvisoriesConfig, RetentionConfig {
  /** How often lost jobs are made again; 10 seconds when left out. */
  readonly recoverEveryMs?: number;
}

export const PLANNER_OPTIONS = Symbol('PlannerOptions');

/** Webhooks are tried once: how often the catalogue is compared with what is known. */
const reconcileEveryMs = 6 * 3_600_000;

/** Everything that is done by the clock. */
@Injectable()
export class PlannedWork {
  private feedIds: readonly string[] = [];

  constructor(
    @Inject(PLANNER_OPTIONS) private readonly options: PlannerOptions,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly configuredFeeds: ConfiguredFeeds,
    private readonly registries: RegistryDirectory,
    private readonly upkeep: Upkeep,
  ) {}

  async prepare(): Promise<void> {
    this.feedIds = (await this.configuredFeeds.sync(this.options)).configured;
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
        key: `registry.reconcile ${String(registryId)}`,
        schedule: { everyMs: reconcileEveryMs },
        run: () => this.queues.enqueue('registry.reconcile', { registryId }),
      })),
      ...this.upkeep.runs(recoverEveryMs),
    ];
  }
}
