import { setTimeout as sleep } from 'node:timers/promises';
import { postgresText } from '@tidewaiter/db';
import { messageOf, OperationalError, type Logger } from '@tidewaiter/kit';
import { eventGridSource, type EventQueue, type QueuedMessage } from '@tidewaiter/registry';
import type { QueueLooks } from './queue-looks';
import type { ReceiveDelivery } from './receive-delivery';

export interface FetchEventsOptions {
  readonly registryName: string;
  readonly queue: EventQueue;
  readonly receiver: ReceiveDelivery;
  readonly logger: Logger;
  /** Where it is kept how each look went. */
  readonly looks?: Pick<QueueLooks, 'note'>;
  /** A message that could not be stored this often is kept as rejected and taken away. */
  readonly maxAttempts?: number;
  /** The pause after nothing was there; it doubles, up to a minute, while the queue or what keeps its messages fails. */
  readonly pauseMs?: number;
}

const longestPauseMs = 60_000;
/** A queue that asks for more than this is asked again all the same. */
const longestWantedPauseMs = 600_000;

interface Outcome {
  readonly kind: 'some' | 'none' | 'failed';
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Fetches events until it is stopped. A message is taken away when its row and job are stored, not before: what is lost in
 * between comes again, and is a duplicate then. While nothing can be stored nothing is fetched: a Service Bus counts how often it
 * was, and has its own end for what was fetched too often.
 */
export async function fetchEvents(options: FetchEventsOptions, signal: AbortSignal): Promise<void> {
  const { pauseMs = 2_000 } = options;
  let failures = 0;
  while (!signal.aborted) {
    const { kind, retryAfterSeconds = 0 }: Outcome =
      failures > 0 && !(await isReady(options)) ? { kind: 'failed' } : await fetchOnce(options, signal);
    failures = kind === 'failed' ? failures + 1 : 0;
    if (kind === 'some') continue;
    const growingMs = Math.min(pauseMs * 2 ** Math.max(0, failures - 1), longestPauseMs);
    const wantedMs = Math.min(retryAfterSeconds * 1_000, longestWantedPauseMs);
    // The pause fails in one way only: it is told to stop, which the loop sees.
    await sleep(Math.max(growingMs, wantedMs), undefined, { signal }).catch(() => undefined);
  }
}

async function isReady({ receiver, logger, registryName }: FetchEventsOptions): Promise<boolean> {
  try {
    await receiver.ready();
    return true;
  } catch (error) {
    logger.warn('events not fetched', { registry: registryName, reason: messageOf(error) });
    return false;
  }
}

async function fetchOnce(options: FetchEventsOptions, signal: AbortSignal): Promise<Outcome> {
  try {
    const messages = await options.queue.receive(signal);
    await options.looks?.note({ messages: messages.length });
    if (messages.length === 0) return { kind: 'none' };
    // Together, so that they are stored together.
    const taken = await Promise.all(messages.map((message) => take(options, message)));
    return { kind: taken.includes(false) ? 'failed' : 'some' };
  } catch (error) {
    if (signal.aborted) return { kind: 'none' };
    const { logger, looks, registryName: registry } = options;
    const { code, retryAfterSeconds } = error instanceof OperationalError ? error : {};
    const reason = messageOf(error);
    logger.warn('event queue not readable', { registry, code, reason });
    await looks?.note({
      refusal: { code: code ?? 'event-queue-unreachable', message: postgresText(reason.slice(0, 1_000)) },
    });
    return { kind: 'failed', retryAfterSeconds };
  }
}

/** False when it could not be stored. Never throws: a message that stays comes again. */
async function take(options: FetchEventsOptions, message: QueuedMessage): Promise<boolean> {
  const { queue, receiver, registryName, logger, maxAttempts = 5 } = options;
  const fields = (error: unknown) => ({ registry: registryName, message: message.id, reason: messageOf(error) });
  let isDone: boolean;
  try {
    const call = { source: eventGridSource, registryName, headers: {}, querySecret: undefined, body: message.body };
    isDone = await receiver.receiveFetched(call, { isLast: message.attempts >= maxAttempts });
  } catch (error) {
    logger.warn('fetched event not stored', fields(error));
    return false;
  }
  try {
    if (isDone) await queue.complete(message);
  } catch (error) {
    logger.warn('fetched event not taken away', fields(error));
  }
  return true;
}
