import type { RegistryConfig } from '@tidewaiter/config';
import type { Logger } from '@tidewaiter/kit';
import { openStorageQueue } from '@tidewaiter/registry';
import { fetchEvents } from './fetch-events';
import type { ReceiveDelivery } from './receive-delivery';

/** Fetches the events of every registry that has a queue; answers how to stop. */
export async function startFetching(
  registries: readonly RegistryConfig[],
  receiver: ReceiveDelivery,
  logger: Logger,
): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const fetching: Promise<void>[] = [];
  for (const { name: registryName, eventQueueUrl } of registries) {
    if (eventQueueUrl === undefined) continue;
    const queue = await openStorageQueue(eventQueueUrl);
    logger.info('event queue watched', { registry: registryName });
    fetching.push(fetchEvents({ registryName, queue, receiver, logger }, stop.signal));
  }
  return async () => {
    stop.abort();
    await Promise.all(fetching);
  };
}
