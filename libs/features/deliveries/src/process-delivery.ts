import { Inject, Injectable } from '@nestjs/common';
import type { Database, Transaction } from '@tidewaiter/db';
import { RegistryAccess } from '@tidewaiter/features/registries';
import { recordRequest } from '@tidewaiter/features/scans';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

export interface DeliveryOutcome {
  readonly state: 'processed' | 'ignored';
  readonly scans: number;
}

/** Turns a stored event into what it asks for. May be repeated: the rows it makes are the same. */
@Injectable()
export class ProcessDelivery {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUES) private readonly queues: Queues,
    private readonly registries: RegistryAccess,
  ) {}

  async process(deliveryId: string): Promise<DeliveryOutcome> {
    const delivery = await this.database.delivery.findUnique({ where: { id: deliveryId } });
    if (delivery === null) throw new UserError('delivery-unknown', `there is no delivery ${deliveryId}`);
    const { registryId, registryName, repository } = delivery;
    if (delivery.state !== 'received') return { state: 'ignored', scans: 0 };
    if (registryId === null || repository === null) return this.ignore(deliveryId, 'the event names no repository');
    if (delivery.action === 'delete') return this.takeDeletion({ ...delivery, registryId, repository });
    if (delivery.action !== 'push')
      return this.ignore(deliveryId, `nothing is done about ${delivery.action ?? 'such an event'}`);
    const targets = await this.targets(registryName, { ...delivery, repository });
    const scans = await this.database.$transaction(async (tx) => {
      const ids: string[] = [];
      for (const target of targets)
        ids.push(await recordRequest(tx, { registryId, repository, cause: 'push', deliveryId, ...target }));
      await finish(tx, deliveryId, 'processed');
      return ids;
    });
    await this.queues.enqueueMany(
      'image.scan',
      scans.map((scanId) => ({ scanId })),
    );
    return { state: 'processed', scans: scans.length };
  }

  /**
   * What to scan. An event is a hint: a later push may have moved the tag before this one is looked at, so the tag is asked
   * again; what the event names is scanned as well.
   */
  private async targets(registryName: string, event: PushEvent): Promise<readonly { digest: string; tag?: string }[]> {
    const { repository, tag, digest } = event;
    if (tag === null) return digest === null ? [] : [{ digest }];
    const current = await this.registries.resolveTag(registryName, { repository, tag });
    if (current === undefined) return digest === null ? [] : [{ digest }];
    if (digest === null || digest === current) return [{ digest: current, tag }];
    return [{ digest: current, tag }, { digest }];
  }

  /** ACR tells of a deleted manifest or repository; it never tells of a deleted tag. */
  private async takeDeletion(event: {
    id: string;
    registryId: number;
    repository: string;
    digest: string | null;
  }): Promise<DeliveryOutcome> {
    await this.database.$transaction(async (tx) => {
      const where = {
        repository: { registryId: event.registryId, name: event.repository },
        ...(event.digest === null ? {} : { digest: event.digest }),
      };
      const manifests = await tx.manifest.findMany({ where: { ...where, deletedAt: null }, select: { id: true } });
      const ids = manifests.map((manifest) => manifest.id);
      const deletedAt = new Date();
      await tx.manifest.updateMany({ where: { id: { in: ids } }, data: { deletedAt } });
      await tx.tag.updateMany({ where: { manifestId: { in: ids }, deletedAt: null }, data: { deletedAt } });
      await finish(tx, event.id, 'processed');
    });
    return { state: 'processed', scans: 0 };
  }

  private async ignore(deliveryId: string, problem: string): Promise<DeliveryOutcome> {
    await finish(this.database, deliveryId, 'ignored', problem);
    return { state: 'ignored', scans: 0 };
  }
}

interface PushEvent {
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

async function finish(
  tx: Transaction,
  id: string,
  state: 'processed' | 'ignored',
  problem: string | null = null,
): Promise<void> {
  await tx.delivery.update({ where: { id }, data: { state, problem, processedAt: new Date() } });
}
