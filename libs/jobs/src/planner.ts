import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { AdvisoriesConfig } from '@tidewaiter/config';
import { ConfiguredFeeds } from '@tidewaiter/features/advisories';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { messageOf, type Logger } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { LOGGER, QUEUES } from '@tidewaiter/server';
import { RecoverLostWork } from './recover-lost-work';

export interface PlannerOptions extends AdvisoriesConfig {
  /** How often lost jobs are made again; 10 seconds when left out. */
  readonly recoverEveryMs?: number;
}

/** Webhooks are tried once: how often the catalogue is compared with what is known. */
const reconcileEveryMs = 6 * 3_600_000;

export const PLANNER_OPTIONS = Symbol('PlannerOptions');

/** Plans what happens by the clock: feed refreshes, catalogue walks, and making lost jobs again. */
@Injectable()
export class Planner implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(PLANNER_OPTIONS) private readonly options: PlannerOptions,
    @Inject(QUEUES) private readonly queues: Queues,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly configuredFeeds: ConfiguredFeeds,
    private readonly registries: RegistryDirectory,
    private readonly recoverLostWork: RecoverLostWork,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { refreshIntervalMs, recoverEveryMs = 10_000 } = this.options;
    const feeds = await this.configuredFeeds.sync(this.options);
    for (const feedId of feeds.configured)
      await this.queues.schedule('feed.refresh', { feedId }, { everyMs: refreshIntervalMs });
    for (const { id: registryId } of this.registries.all())
      await this.queues.schedule('registry.reconcile', { registryId }, { everyMs: reconcileEveryMs });
    // The queue keeps a schedule for ever: what is no longer configured would be asked for again and again.
    for (const feedId of feeds.retired) await this.queues.unschedule('feed.refresh', { feedId });
    for (const registryId of await this.registries.removedIds())
      await this.queues.unschedule('registry.reconcile', { registryId });
    this.recover();
    this.timer = setInterval(() => {
      this.recover();
    }, recoverEveryMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One round at a time: a slow one takes the place of the next. */
  private recover(): void {
    this.running ??= this.recoverOnce().finally(() => {
      this.running = undefined;
    });
  }

  private async recoverOnce(): Promise<void> {
    try {
      await this.recoverLostWork.recover(new Date());
    } catch (error) {
      // The next round tries again; until then the readiness check says what is wrong.
      this.logger.warn('recovery failed', { reason: messageOf(error) });
    }
  }
}
