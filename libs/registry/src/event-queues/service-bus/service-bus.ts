import { OperationalError, silentLogger } from '@tidewaiter/kit';
import { eventGridSource } from '../../hooks/event-grid/event-grid';
import { retryAfterSeconds, sendWithRetry, type Answer, type HttpRequest } from '../../http';
import type { EventQueue, EventQueueKind, QueuedMessage } from '../event-queue';
import { lockLost, queueFailure, type QueuePlace } from '../queue-failure';
import { isServiceBusAddress, readServiceBusAddress, type ServiceBusAddress } from './address';
import { authorizationOf } from './authorization';
import { BrokerProperties } from './broker-properties.schema';

const batchSize = 32;
/** How long the service waits for a first message before it says that there is none. */
const waitSeconds = 20;
/** Messages are locked from when each is received, for half a minute at the shortest usual; so long we go on for more. */
const gatherMs = 5_000;
/** For an answer, besides what the service was asked to wait. */
const answerMs = 15_000;
const maxErrorBytes = 16 * 1024;

/**
 * A queue of Azure Service Bus, or a subscription of one of its topics, by its REST API: peek-lock, and delete when it is done with.
 * Event Grid writes one event a message, as it is. One message a request: the API has no batches.
 * https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest
 */
export const serviceBus: EventQueueKind = {
  knows: isServiceBusAddress,
  open: (address) => Promise.resolve(address).then(readServiceBusAddress).then(queueAt),
};

function queueAt(address: ServiceBusAddress): EventQueue {
  const messages = `${address.origin}/${address.path}/messages`;
  const authorize = authorizationOf(address);
  const where = `${new URL(address.origin).host}/${address.path}`;
  const place = { where, role: 'Azure Service Bus Data Receiver', isByKey: address.login.kind !== 'identity' };

  async function send(
    method: HttpRequest['method'],
    path: string,
    options: { waitMs?: number; signal?: AbortSignal } = {},
  ) {
    const { waitMs = 0, signal } = options;
    const request = { method, url: new URL(`${messages}/${path}`), headers: { Authorization: await authorize() } };
    // Once: whoever fetches tries again later anyway.
    const once = { attempts: 1, firstDelayMs: 0, maxDelayMs: 0 };
    const timeouts = { headersTimeoutMs: waitMs + answerMs, idleTimeoutMs: answerMs };
    return sendWithRetry({ ...once, ...timeouts, fetch, logger: silentLogger, signal }, request);
  }

  async function lockNext(seconds: number, signal: AbortSignal): Promise<QueuedMessage | undefined> {
    const answer = await send('POST', `head?timeout=${String(seconds)}`, { waitMs: seconds * 1_000, signal });
    if (answer.status === 201) return messageOf(answer, where);
    if (answer.status !== 204) throw await failureOf(place, answer);
    await answer.discard();
    return undefined;
  }

  /** What ended the last look after its first message: those that were had are given out, and the next look says it. */
  let postponed: { readonly error: unknown } | undefined;

  return {
    kind: 'service-bus',
    place: where,
    isByKey: place.isByKey,
    async peek(signal) {
      const message = await lockNext(0, signal);
      // Whatever it answers: the lock ends by itself too.
      if (message !== undefined) await send('PUT', pathOf(message)).then((answer) => answer.discard());
      return message !== undefined;
    },
    async receive(signal) {
      const before = postponed;
      postponed = undefined;
      if (before !== undefined) throw before.error;
      const first = await lockNext(waitSeconds, signal);
      if (first === undefined) return [];
      const received = [first];
      const until = Date.now() + gatherMs;
      while (received.length < batchSize && Date.now() < until) {
        // What is locked already must not wait for its lock to end because the next one could not be had.
        const next = await lockNext(0, signal).catch((error: unknown) => {
          postponed = { error };
          return undefined;
        });
        if (next === undefined) break;
        received.push(next);
      }
      return received;
    },
    async complete(message) {
      const answer = await send('DELETE', pathOf(message));
      if (answer.status === 404 || answer.status === 410) {
        await answer.discard();
        throw lockLost(where);
      }
      if (answer.status !== 200 && answer.status !== 204) throw await failureOf(place, answer);
      await answer.discard();
    },
  };
}

function pathOf({ id, receipt }: QueuedMessage): string {
  return `${encodeURIComponent(id)}/${encodeURIComponent(receipt)}`;
}

async function messageOf(answer: Answer, where: string): Promise<QueuedMessage> {
  const text = answer.headers.get('brokerproperties') ?? '';
  const body = await beginningOf(answer, eventGridSource.maxBodyBytes);
  const properties = BrokerProperties.safeParse(parsed(text));
  const id = properties.data?.MessageId ?? sequenceNumber(text);
  if (!properties.success || id === undefined || id === '') {
    const message = `${where} sent a message without usable BrokerProperties, by which it could be completed`;
    throw new OperationalError('event-queue-refused', message);
  }
  return { id, attempts: properties.data.DeliveryCount, body, receipt: properties.data.LockToken };
}

/** For a sender that gave no id. As it is written: with partitions it has more digits than a number here can hold. */
function sequenceNumber(brokerProperties: string): string | undefined {
  return /"SequenceNumber": ?(\d{1,20})/.exec(brokerProperties)?.[1];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says so then.
    return undefined;
  }
}

async function failureOf(place: QueuePlace, answer: Answer): Promise<OperationalError> {
  // An answer that breaks off leaves its status, which says enough.
  const text = await beginningOf(answer, maxErrorBytes).then(String, () => '');
  const said = /<Detail>([^<]{0,400})/.exec(text)?.[1] ?? '';
  return queueFailure(place, { status: answer.status, said, retryAfterSeconds: retryAfterSeconds(answer.headers) });
}

async function beginningOf(answer: Answer, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.chunks()) {
    parts.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes >= maxBytes) break;
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}
