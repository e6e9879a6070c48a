import { Inject, Injectable } from '@nestjs/common';
import type { Queues } from '@tidewaiter/queue';
import { QUEUES } from '@tidewaiter/server';
import { ReconcileRuns } from './reconcile-runs';
import { WantScans } from './want-scans';

/** Finds, from the rows, what is due or was left lying: walks that nobody carries on, and failed scans whose next try has come. */
@Injectable()
export class RecoverCatalogue {
  constructor(
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly runs: ReconcileRuns,
    private readonly wantScans: WantScans,
  ) {}

  async recover(): Promise<void> {
    for (const registryId of await this.runs.abandoned())
      await this.queues.enqueue('registry.reconcile', { registryId });
    await this.wantScans.retries();
  }
}
