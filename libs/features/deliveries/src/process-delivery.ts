import { Inject, Injectable } from '@nestjs/common';
import { postgresText, type Database, type Transaction } from '@tidewaiter/db';
import { recordActivity } from '@tidewaiter/features/activity';
import { RegistryAccess } from '@tidewaiter/features/registries';
import { enqueueScans, recordRequest, type RequestedScan } from '@tidewaiter/features/scans';
import { UserError } from '@tidewaiter/kit';
import type { Queues } from '@tidewaiter/queue';
import { DATABASE, QUEUES } from '@tidewaiter/server';

export interface DeliveryOutcome {
  readonly state: 'processed' | 'ignored';
  readonly scans: number;
}

/** Turns a stored event into what it asks for. May be repeated, even at the same time: only one of them does it. */
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
    if (delivery.state !== 'received') return { state: 'ignored', scans: 0 };
    const outcome = await this.carryOut(delivery);
    await recordActivity(this.database, 'delivery.processed', activityOf(delivery, outcome));
    return outcome;
  }

  private async carryOut(delivery: Delivery): Promise<DeliveryOutcome> {
    const { id: deliveryId, registryId, repository } = delivery;
    if (registryId === null || repository === null) return this.ignore(deliveryId, 'the event names no repository');
    try {
      const content = { ...delivery, registryId, repository };
      if (delivery.action === 'delete') return await this.takeDeletion(content);
      if (delivery.action === 'push') return await this.takePush(content);
    } catch (error) {
      // Trying again would not help: the row says why, and nobody makes a job of it any more.
      if (error instanceof UserError) await this.fail(deliveryId, error);
      throw error;
    }
    return this.ignore(deliveryId, `nothing is done about ${delivery.action ?? 'such an event'}`);
  }

  private async takePush(event: ContentRow): Promise<DeliveryOutcome> {
    const { id: deliveryId, registryId, repository } = event;
    const targets = await this.targets(event);
    if (targets.length === 0) return this.ignore(deliveryId, `the tag ${event.tag ?? ''} is gone`);
    const scans = await this.database.$transaction(async (tx) => {
      if (!(await finish(tx, deliveryId, { state: 'processed' }))) return [];
      const requested: RequestedScan[] = [];
      for (const target of targets)
        requested.push(await recordRequest(tx, { registryId, repository, cause: 'push', deliveryId, ...target }));
      return requested;
    });
    await enqueueScans(this.queues, scans);
    return { state: 'processed', scans: scans.length };
  }

  /**
   * What to scan. An event is a hint: a later push may have moved the tag before this one is looked at, so the tag is asked
   * again; what the event names is scanned as well.
   */
  private async targets(event: ContentRow): Promise<readonly { digest: string; tag?: string }[]> {
    const { registryName, repository, tag, digest } = event;
    if (tag === null) return digest === null ? [] : [{ digest }];
    const current = await this.registries.resolveTag(registryName, { repository, tag });
    if (current === undefined) return digest === null ? [] : [{ digest }];
    if (digest === null || digest === current) return [{ digest: current, tag }];
    return [{ digest: current, tag }, { digest }];
  }

  /**
   * ACR tells of a deleted manifest or repository; it never tells of a deleted tag. Events come in any order: a manifest that
   * is there (again) is not deleted.
   */
  private async takeDeletion(event: ContentRow): Promise<DeliveryOutcome> {
    const { registryName, registryId, repository, digest, tag } = event;
    if (digest === null && tag !== null) return this.takeUntag(event, tag);
    if (digest !== null && (await this.registries.resolveTag(registryName, { repository, tag: digest })) !== undefined)
      return this.ignore(event.id, 'the manifest is still there');
    await this.database.$transaction(async (tx) => {
      if (!(await finish(tx, event.id, { state: 'processed' }))) return;
      await tx.$executeRaw`
        WITH gone AS (
          UPDATE manifest m SET deleted_at = now()
            FROM repository r
           WHERE r.id = m.repository_id AND r.registry_id = ${registryId} AND r.name = ${repository}
             AND (${digest}::text IS NULL OR m.digest = ${digest}) AND m.deleted_at IS NULL
          RETURNING m.id)
        UPDATE tag t SET deleted_at = now() FROM gone WHERE t.manifest_id = gone.id AND t.deleted_at IS NULL`;
    });
    return { state: 'processed', scans: 0 };
  }

  /** The manifest stays. ACR never tells of this; other registries do. */
  private async takeUntag(event: ContentRow, name: string): Promise<DeliveryOutcome> {
    const { id, registryName, registryId, repository } = event;
    if ((await this.registries.resolveTag(registryName, { repository, tag: name })) !== undefined)
      return this.ignore(id, 'the tag is still there');
    await this.database.$transaction(async (tx) => {
      if (!(await finish(tx, id, { state: 'processed' }))) return;
      const where = { name, deletedAt: null, repository: { registryId, name: repository } };
      await tx.tag.updateMany({ where, data: { deletedAt: new Date() } });
    });
    return { state: 'processed', scans: 0 };
  }

  private async ignore(deliveryId: string, problem: string): Promise<DeliveryOutcome> {
    await finish(this.database, deliveryId, { state: 'ignored', problem });
    return { state: 'ignored', scans: 0 };
  }

  private async fail(deliveryId: string, error: UserError): Promise<void> {
    await finish(this.database, deliveryId, {
      state: 'failed',
      problemCode: error.code,
      problem: postgresText(error.message),
    });
  }
}

type Delivery = NonNullable<Awaited<ReturnType<Database['delivery']['findUnique']>>>;

interface ContentRow {
  readonly id: string;
  readonly registryName: string;
  readonly registryId: number;
  readonly repository: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

interface End {
  readonly state: 'processed' | 'ignored' | 'failed';
  readonly problem?: string;
  readonly problemCode?: string;
}

function activityOf({ id, registryName, action, repository, tag, digest }: Delivery, { state }: DeliveryOutcome) {
  return {
    deliveryId: id,
    registry: registryName,
    state,
    ...(action === null ? {} : { action }),
    ...(repository === null ? {} : { repository }),
    ...(tag === null ? {} : { tag }),
    ...(digest === null ? {} : { digest }),
  };
}

/** False when somebody else finished it meanwhile. */
async function finish(tx: Transaction, id: string, end: End): Promise<boolean> {
  const { count } = await tx.delivery.updateMany({
    where: { id, state: 'received' },
    data: { ...end, processedAt: new Date() },
  });
  return count === 1;
}
