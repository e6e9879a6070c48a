import { Injectable } from '@nestjs/common';
import { ProcessDelivery } from '@tidewaiter/features/deliveries';
import { ReconcileRegistry, ScanImage, type ScanOutcome } from '@tidewaiter/features/scans';
import type { Lane } from '@tidewaiter/contracts';
import type { JobContext, JobHandlers } from '@tidewaiter/queue';

/** The jobs by which images are found and read. */
@Injectable()
export class RegistryJobs {
  readonly handlers: JobHandlers<'events' | `scan-${Lane}` | 'reconcile'> = {
    'delivery.process': ({ deliveryId }) => this.processDelivery.process(deliveryId),
    'image.scan.push': (payload, context) => this.scan('push', payload, context),
    'image.scan.user': (payload, context) => this.scan('user', payload, context),
    'image.scan.rescan': (payload, context) => this.scan('rescan', payload, context),
    'image.scan.backfill': (payload, context) => this.scan('backfill', payload, context),
    'registry.reconcile': ({ registryId }, { signal }) => this.reconcileRegistry.reconcile(registryId, signal),
  };

  constructor(
    private readonly processDelivery: ProcessDelivery,
    private readonly scanImage: ScanImage,
    private readonly reconcileRegistry: ReconcileRegistry,
  ) {}

  private scan(lane: Lane, { scanId }: { readonly scanId: string }, context: JobContext): Promise<ScanOutcome> {
    const { attempt, signal, logger } = context;
    return this.scanImage.scan(scanId, { lane, attempt, signal, logger });
  }
}
