import type { RegistryConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import { openEventQueue } from '@tidewaiter/registry';
import { fetchEvents } from './fetch-events';
import type { ReceiveDelivery } from './receive-delivery';

/**
 * Fetches the events of every registry that has a queue; answers how to stop.
 * @throws UserError `event-queue-address-invalid` before anything is fetched
 */
export async function startFetching(
  registries: readonly RegistryConfig[],
  receiver: ReceiveDelivery,
  logger: Logger,
): Promise<() => Promise<void>> {
  const opened = [];
  for (const { name: registryName, eventQueueUrl } of registries) {
    if (eventQueueUrl !== undefined) opened.push({ registryName, queue: await openEventQueue(eventQueueUrl) });
  }
  const stop = new AbortController();
  const fetching = opened.map(({ registryName, queue }) => {
    logger.info('event queue watched', { registry: registryName });
    return fetchEvents({ registryName, queue, receiver, logger }, stop.signal);
  });
  return async () => {
    stop.abort();
    await Promise.all(fetching);
  };
}
