import type { RegistryConfig } from '@tidewaiter/config';
import type { Database } from '@tidewaiter/db';
import type { Logger } from '@tidewaiter/kit';
import { openEventQueue } from '@tidewaiter/registry';
import { fetchEvents } from './fetch-events';
import { QueueLooks } from './queue-looks';
import type { ReceiveDelivery } from './receive-delivery';

export interface StartFetchingOptions {
  readonly registries: readonly RegistryConfig[];
  readonly receiver: ReceiveDelivery;
  readonly database: Database;
  readonly logger: Logger;
}

/**
 * Fetches the events of every registry that has a queue; answers how to stop.
 * @throws UserError `event-queue-address-invalid` before anything is fetched
 */
export async function startFetching(options: StartFetchingOptions): Promise<() => Promise<void>> {
  const { registries, receiver, database, logger } = options;
  const opened = [];
  for (const { name: registryName, eventQueueUrl } of registries) {
    if (eventQueueUrl !== undefined) opened.push({ registryName, queue: await openEventQueue(eventQueueUrl) });
  }
  const names = opened.map(({ registryName }) => registryName);
  // Nobody looks at these any more.
  await database.eventQueue.deleteMany({ where: { registry: { name: { notIn: names } } } });
  const stop = new AbortController();
  const fetching: Promise<void>[] = [];
  for (const { registryName, queue } of opened) {
    const looks = await QueueLooks.open(database, { registryName, queue, logger });
    logger.info('event queue watched', { registry: registryName });
    fetching.push(fetchEvents({ registryName, queue, looks, receiver, logger }, stop.signal));
  }
  return async () => {
    stop.abort();
    await Promise.all(fetching);
  };
}
