import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { WorkerConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import { startWorkers, type JobHandlers, type QueueConnection, type Workers } from '@tidewaiter/queue';
import { LOGGER } from '@tidewaiter/server';

export interface JobRunnerOptions {
  readonly connection: QueueConnection;
  readonly worker: WorkerConfig;
}

export const JOB_RUNNER_OPTIONS = Symbol('JobRunnerOptions');
export const JOB_HANDLERS = Symbol('JobHandlers');

/** Runs the jobs of the configured queues for as long as the process lives. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private workers: Workers | undefined;

  constructor(
    @Inject(JOB_RUNNER_OPTIONS) private readonly options: JobRunnerOptions,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(JOB_HANDLERS) private readonly handlers: JobHandlers,
  ) {}

  onApplicationBootstrap(): void {
    const { connection, worker } = this.options;
    this.workers = startWorkers({
      connection,
      queues: worker.queues,
      handlers: this.handlers,
      concurrency: worker.concurrency,
      lockMs: worker.lockMs,
      logger: this.logger,
    });
  }

  /** Before the queues and the database go: a running job may still need both. */
  async onModuleDestroy(): Promise<void> {
    await this.workers?.close();
  }

  /** Whether the queue answers; for the readiness check. */
  async ready(): Promise<void> {
    await this.workers?.ready();
  }
}
