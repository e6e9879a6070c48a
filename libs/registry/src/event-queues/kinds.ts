import { UserError } from '@tidewaiter/kit';
import type { EventQueue, EventQueueKind } from './event-queue';
import { serviceBus } from './service-bus/service-bus';
import { storageQueue } from './storage-queue/storage-queue';

const kinds: readonly EventQueueKind[] = [serviceBus, storageQueue];

/** The queue at an address, whichever kind it is of. @throws UserError `event-queue-address-invalid` */
export async function openEventQueue(address: string): Promise<EventQueue> {
  const kind = kinds.find((known) => known.knows(address));
  if (kind !== undefined) return kind.open(address);
  throw new UserError(
    'event-queue-address-invalid',
    'The event queue is at no address we know: https://ACCOUNT.queue.core.windows.net/QUEUE, https://NAMESPACE.servicebus.windows.net/QUEUE, or the connection string of a Service Bus.',
  );
}
