import { Injectable } from '@nestjs/common';
import { WakeActuator } from '@tidewaiter/features/actuator';
import { ReconcileRegistry, TellMovedTags, type ReconcileOutcome } from '@tidewaiter/features/catalogue';
import { ProcessDelivery, type DeliveryOutcome } from '@tidewaiter/features/deliveries';
import { ScanImage, type ScanOutcome } from '@tidewaiter/features/scans';
import type { Lane } from '@tidewaiter/contracts';
import type { JobContext, JobHandlers } from '@tidewaiter/queue';
import { SendNotifications } from './send-notifications';

/** The jobs by which images are found and read. */
@Injectable()
export class RegistryJobs {
  readonly handlers: JobHandlers<'events' | `scan-${Lane}` | 'reconcile'> = {
    'delivery.process': ({ deliveryId }) => this.process(deliveryId),
    'deliveries.process': ({ deliveryIds }, context) => this.processAll(deliveryIds, context),
    'image.scan.push': (payload, context) => this.scan('push', payload, context),
    'image.scan.user': (payload, context) => this.scan('user', payload, context),
    'image.scan.rescan': (payload, context) => this.scan('rescan', payload, context),
    'image.scan.backfill': (payload, context) => this.scan('backfill', payload, context),
    'registry.reconcile': ({ registryId }, { signal }) => this.reconcile(registryId, signal),
  };

  constructor(
    private readonly processDelivery: ProcessDelivery,
    private readonly scanImage: ScanImage,
    private readonly reconcileRegistry: ReconcileRegistry,
    private readonly tellMovedTags: TellMovedTags,
    private readonly notifications: SendNotifications,
    private readonly wakeActuator: WakeActuator,
  ) {}

  private async process(deliveryId: string): Promise<DeliveryOutcome> {
    const outcome = await this.processDelivery.process(deliveryId);
    await this.notifications.send(await this.tellMovedTags.tell());
    return outcome;
  }

  private async processAll(deliveryIds: readonly string[], context: JobContext): Promise<{ readonly queued: number }> {
    const outcome = await this.processDelivery.processAll(deliveryIds, context);
    await this.notifications.send(await this.tellMovedTags.tell());
    return outcome;
  }

  /** Also of a walk that broke off: what it saw was seen. */
  private async reconcile(registryId: number, signal: AbortSignal): Promise<ReconcileOutcome> {
    try {
      return await this.reconcileRegistry.reconcile(registryId, signal);
    } finally {
      await this.notifications.send(await this.tellMovedTags.tell());
    }
  }

  private async scan(
    lane: Lane,
    { scanId }: { readonly scanId: string },
    { attempt, signal, logger }: JobContext,
  ): Promise<ScanOutcome> {
    try {
      return await this.scanImage.scan(scanId, { lane, attempt, signal, logger });
    } finally {
      await this.wakeActuator.afterScan(scanId);
    }
  }
}
