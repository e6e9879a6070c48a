import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@tidewaiter/db';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';
import { DecideAgain } from './decide-again';
import { dueTries } from './try-again';

/** Has the actuator look at what waits. */
@Injectable()
export class WakeActuator {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly directory: RegistryDirectory,
    private readonly decideAgain: DecideAgain,
  ) {}

  /** After a scan, whatever came of it: an image in quarantine may have waited for it. */
  async afterScan(scanId: string): Promise<void> {
    const rows = await this.database.$queryRaw<{ registryId: number }[]>`
      SELECT r.registry_id AS "registryId" FROM scan s JOIN repository r ON r.id = s.repository_id
       WHERE s.id = ${scanId}::uuid
         AND EXISTS (SELECT FROM registry_action a WHERE a.registry_id = r.registry_id AND a.state = 'waiting')`;
    for (const { registryId } of rows) await this.queues.enqueue('registry.act', { registryId });
  }

  /** What is due, whoever forgot about it. */
  async all(now: Date): Promise<void> {
    const due = await this.database.registryAction.findMany({
      where: {
        kind: { not: 'mark-existing' },
        OR: [{ state: 'waiting' }, { state: 'pending', OR: [{ dueAt: null }, { dueAt: { lte: now } }] }],
      },
      distinct: ['registryId'],
      select: { registryId: true },
    });
    for (const { registryId } of due) await this.queues.enqueue('registry.act', { registryId });
    for (const registry of this.directory.all()) {
      const isDue =
        (await dueTries(this.database, registry, 1)).length > 0 || (await this.decideAgain.due(registry, 1)).length > 0;
      if (isDue) await this.queues.enqueue('registry.act', { registryId: registry.id });
    }
    const marks = await this.database.registryAction.findMany({
      where: { kind: 'mark-existing', state: 'pending' },
      select: { id: true },
    });
    for (const { id } of marks) await this.queues.enqueue('registry.mark-existing', { actionId: id });
  }
}
