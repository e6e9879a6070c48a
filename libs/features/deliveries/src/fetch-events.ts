import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, type Logger } from '@tidewaiter/kit';
import { eventGridSource, type EventQueue, type QueuedMessage } from '@tidewaiter/registry';
import type { ReceiveDelivery } from './receive-delivery';

export interface FetchEventsOptions {
  readonly registryName: string;
  readonly queue: EventQueue;
  readonly receiver: ReceiveDelivery;
  readonly logger: Logger;
  /** A message that could not be stored this often is kept as rejected and taken away. */
  readonly maxAttempts?: number;
  /** The pause after nothing was there, or the queue could not be read. */
  readonly pauseMs?: number;
}

/**
 * Fetches events until it is stopped. A message is taken away when its row and job are stored, not before: what is lost in
 * between comes again, and is a duplicate then.
 */
export async function fetchEvents(options: FetchEventsOptions, signal: AbortSignal): Promise<void> {
  const { queue, logger, registryName, pauseMs = 2_000 } = options;
  while (!signal.aborted) {
    const messages = await queue.receive(signal).catch((error: unknown) => {
      if (!signal.aborted)
        logger.warn('event queue not readable', { registry: registryName, reason: messageOf(error) });
      return [];
    });
    // Together, so that they are stored together.
    await Promise.all(messages.map((message) => take(options, message)));
    // The pause fails in one way only: it is told to stop, which the loop sees.
    if (messages.length === 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Never throws: a message that stays comes again. */
async function take(options: FetchEventsOptions, message: QueuedMessage): Promise<void> {
  const { queue, receiver, registryName, logger, maxAttempts = 5 } = options;
  try {
    const call = { source: eventGridSource, registryName, headers: {}, querySecret: undefined, body: message.body };
    if (await receiver.receiveFetched(call, { isLast: message.attempts >= maxAttempts })) await queue.complete(message);
  } catch (error) {
    logger.warn('fetched event not stored', { registry: registryName, message: message.id, reason: messageOf(error) });
  }
}
