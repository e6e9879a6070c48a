import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { DATABASE, LOGGER } from '@tidewaiter/server';
import { Leadership } from './leadership';
import { PlannedWork } from './planned-work';
import { dueSince } from './schedule';
import type { PlannedRun } from './upkeep';

export interface PlannerTimes {
  readonly lookEveryMs: number;
  /** How long after the leader's death another process takes over. */
  readonly leaseMs: number;
}

const usual: PlannerTimes = { lookEveryMs: 1_000, leaseMs: 5_000 };

/** Any process may run it; one at a time does what is due. When each was last done is in a row, so nothing depends on who it is. */
@Injectable()
export class Planner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private readonly busy = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private leadership: Leadership | undefined;
  private isLeader = false;

  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly work: PlannedWork,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.start(usual);
  }

  async start({ lookEveryMs, leaseMs }: PlannerTimes): Promise<void> {
    await this.work.prepare();
    this.leadership = new Leadership(this.database, leaseMs);
    this.look();
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.looking;
    await Promise.all(this.busy.values());
    await this.leadership?.resign().catch((error: unknown) => {
      // Its lease ends by itself; until then nobody plans.
      this.logger.warn('leadership not given back', { reason: messageOf(error) });
    });
  }

  /** One at a time: a slow one takes the place of the next. */
  private look(): void {
    this.looking ??= this.lookOnce()
      // The next look tries again; until then the readiness check says what is wrong.
      .catch((error: unknown) => this.logger.warn('planning failed', { reason: messageOf(error) }))
      .finally(() => {
        this.looking = undefined;
      });
  }

  private async lookOnce(): Promise<void> {
    const wasLeader = this.isLeader;
    this.isLeader = (await this.leadership?.hold()) === true;
    if (this.isLeader && !wasLeader) this.logger.info('leadership taken', {});
    if (!this.isLeader || this.stop.signal.aborted) return;
    const rows = await this.database.scheduleRun.findMany();
    const lastRunAt = new Map(rows.map((row) => [row.key, row.lastRunAt]));
    const now = new Date();
    for (const planned of this.work.runs()) {
      const isDue = dueSince(planned.schedule, lastRunAt.get(planned.key), now) !== undefined;
      if (isDue && !this.busy.has(planned.key)) this.begin(planned, now);
    }
  }

  /** Beside the looking, which renews the leadership. */
  private begin(planned: PlannedRun, now: Date): void {
    const running = this.carryOut(planned, now).finally(() => this.busy.delete(planned.key));
    this.busy.set(planned.key, running);
  }

  private async carryOut({ key, run }: PlannedRun, now: Date): Promise<void> {
    try {
      await run();
      await this.database.$executeRaw`
        INSERT INTO schedule_run (key, last_run_at) VALUES (${key}, ${now})
        ON CONFLICT (key) DO UPDATE SET last_run_at = excluded.last_run_at`;
    } catch (error) {
      // Still due: it is tried again at the next look.
      this.logger.warn('planned work failed', { work: key, reason: messageOf(error) });
    }
  }
}
