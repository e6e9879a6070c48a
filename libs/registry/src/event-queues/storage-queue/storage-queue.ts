import type { QueueClient } from '@azure/storage-queue';
import { UserError } from '@tidewaiter/kit';
import { retryAfterSeconds } from '../../http';
import type { EventQueue, EventQueueKind } from '../event-queue';
import { machineIdentity } from '../machine-identity';
import { lockLost, queueFailure, type QueuePlace } from '../queue-failure';

const batchSize = 32;
/** How long a fetched message is hidden from others. */
const hiddenSeconds = 60;

/**
 * A queue of Azure Storage: `https://ACCOUNT.queue.core.windows.net/QUEUE`, with a shared access signature, or without one for the
 * identity of the machine. Event Grid writes one event a message, in base64. Microsoft's libraries are loaded when they are needed.
 * https://learn.microsoft.com/azure/event-grid/handler-storage-queues
 */
export const storageQueue: EventQueueKind = {
  knows: (address) => ['https:', 'http:'].includes(URL.parse(address)?.protocol ?? ''),
  open: openStorageQueue,
};

async function openStorageQueue(address: string): Promise<EventQueue> {
  const url = new URL(address);
  // A token is never sent over plain HTTP; the library sees to that.
  const isByKey = url.searchParams.has('sig') || url.protocol === 'http:';
  if (url.pathname.length < 2) {
    throw new UserError(
      'event-queue-address-invalid',
      `The address of the event queue at ${url.host} names no queue: https://ACCOUNT.queue.core.windows.net/QUEUE.`,
    );
  }
  const client = await clientOf(url, isByKey);
  const role = 'Storage Queue Data Message Processor';
  const place = { where: `${url.host}${url.pathname}`, role, isByKey };
  return {
    kind: 'storage-queue',
    place: place.where,
    isByKey,
    async peek(signal) {
      const answer = client.peekMessages({ abortSignal: signal });
      const { peekedMessageItems } = await answer.catch((error: unknown) => rethrow(place, error));
      return peekedMessageItems.length > 0;
    },
    async receive(signal) {
      const options = { numberOfMessages: batchSize, visibilityTimeout: hiddenSeconds, abortSignal: signal };
      const { receivedMessageItems: items } = await client
        .receiveMessages(options)
        .catch((error: unknown) => rethrow(place, error));
      return items.map(({ messageId, dequeueCount, messageText, popReceipt }) => ({
        id: messageId,
        attempts: dequeueCount,
        body: textOf(messageText),
        receipt: popReceipt,
      }));
    },
    async complete({ id, receipt }) {
      await client.deleteMessage(id, receipt).catch((error: unknown) => rethrow(place, error));
    },
  };
}

async function clientOf(url: URL, isByKey: boolean): Promise<QueueClient> {
  const { AnonymousCredential, QueueClient } = await import('@azure/storage-queue');
  const credential = isByKey ? new AnonymousCredential() : await machineIdentity(url.host);
  // Whoever fetches tries again later anyway.
  return new QueueClient(url.href, credential, { retryOptions: { maxTries: 1 } });
}

/** What the service refused, in our words; what never reached it, as the library says it. */
async function rethrow(place: QueuePlace, error: unknown): Promise<never> {
  const { RestError } = await import('@azure/storage-queue');
  if (!(error instanceof RestError) || error.statusCode === undefined) throw error;
  const { statusCode: status, code, response } = error;
  if (code === 'MessageNotFound' || code === 'PopReceiptMismatch') throw lockLost(place.where, error);
  const pause = response === undefined ? undefined : retryAfterSeconds(response.headers);
  throw queueFailure(place, { status, said: code ?? '', retryAfterSeconds: pause }, error);
}

/** Base64 by Event Grid; plain, one event or a list, where somebody else put it there. */
function textOf(messageText: string): Buffer {
  // No letter of base64.
  const isJson = /^\s*[{[]/.test(messageText);
  return isJson ? Buffer.from(messageText) : Buffer.from(messageText, 'base64');
}
