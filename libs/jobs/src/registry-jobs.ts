import { Injectable } from '@nestjs/common';
import { ProcessDelivery } from '@tidewaiter/features/deliveries';
import { ReconcileRegistry, ScanImage } from '@tidewaiter/features/scans';
import type { JobHandlers } from '@tidewaiter/queue';

/** The jobs by which images are found and read. */
@Injectable()
export class RegistryJobs {
  readonly handlers: JobHandlers<'events' | 'scan' | 'reconcile'> = {
    'delivery.process': ({ deliveryId }) => this.processDelivery.process(deliveryId),
    'image.scan': ({ scanId }, { attempt, signal, logger }) => this.scanImage.scan(scanId, { attempt, signal, logger }),
    'registry.reconcile': ({ registryId }, { signal }) => this.reconcileRegistry.reconcile(registryId, signal),
  };

  constructor(
    private readonly processDelivery: ProcessDelivery,
    private readonly scanImage: ScanImage,
    private readonly reconcileRegistry: ReconcileRegistry,
  ) {}
}
