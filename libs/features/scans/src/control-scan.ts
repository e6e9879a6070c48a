import { Inject, Injectable } from '@nestjs/common';
import { Lane } from '@tidewaiter/contracts';
import type { Database, Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { UserError } from '@tidewaiter/kit';
import { scanJob, type Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { enqueueScans } from './request-scan';
import { forgetFailures } from './retry-plan';

interface ScanRow {
  readonly id: string;
  readonly lane: string;
  readonly manifestId: number;
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

/** What people may do about a scan that is not over. */
@Injectable()
export class ControlScan {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
  ) {}

  /** Its worker notices within a second. What was read of layers is kept; the last good result stays. */
  async cancel(scanId: string, by: string): Promise<void> {
    const lane = await this.database.$transaction(async (tx) => {
      const scan = await lockedScan(tx, scanId, ['queued', 'running']);
      const end = { finishedAt: new Date(), errorCode: 'scan-cancelled', error: `cancelled by ${by}` };
      await tx.scan.update({ where: { id: scanId }, data: { state: 'cancelled', cancelledBy: by, ...end } });
      // One that was tried again because it had failed would be tried again for ever.
      await forgetFailures(tx, scan.manifestId);
      const { registry, repository, digest } = scan;
      await recordActivity(tx, 'scan.cancelled', { scanId, registry, repository, digest, by });
      return Lane.parse(scan.lane);
    });
    await this.queues.withdraw(scanJob(lane), { scanId });
  }

  async moveToLane(scanId: string, lane: Lane): Promise<void> {
    const movedFrom = await this.database.$transaction(async (tx) => {
      const scan = await lockedScan(tx, scanId, ['queued']);
      await tx.scan.update({ where: { id: scanId }, data: { lane } });
      return Lane.parse(scan.lane);
    });
    if (movedFrom !== lane) await enqueueScans(this.queues, [{ scanId, lane, movedFrom }]);
  }
}

async function lockedScan(tx: Transaction, scanId: string, states: readonly string[]): Promise<ScanRow> {
  const [scan] = await tx.$queryRaw<(ScanRow & { state: string })[]>`
    SELECT s.id, s.lane, s.state, s.manifest_id AS "manifestId", g.name AS registry, r.name AS repository, m.digest
      FROM scan s JOIN manifest m ON m.id = s.manifest_id JOIN repository r ON r.id = s.repository_id
      JOIN registry g ON g.id = r.registry_id
     WHERE s.id = ${scanId}::uuid
       FOR UPDATE OF s`;
  if (scan === undefined) throw new UserError('scan-not-found', `there is no scan ${scanId}`);
  if (states.includes(scan.state)) return scan;
  throw new UserError(
    'scan-not-waiting',
    `scan ${scanId} is ${scan.state}; this is for scans that are ${states.join(' or ')}`,
  );
}
