import type { TokenCredential } from '@azure/identity';
import type { EventQueue } from './event-queue';

const batchSize = 32;
/** How long a fetched message is hidden from others. */
const hiddenSeconds = 60;

/**
 * A queue of Azure Storage: `https://ACCOUNT.queue.core.windows.net/QUEUE`, with a shared access signature, or without one for the
 * identity of the machine, which needs the role Storage Queue Data Message Processor. Event Grid writes one event a message, in
 * base64. Microsoft's libraries are loaded when they are needed.
 * https://learn.microsoft.com/azure/event-grid/handler-storage-queues
 */
export async function openStorageQueue(url: string): Promise<EventQueue> {
  const { AnonymousCredential, QueueClient } = await import('@azure/storage-queue');
  const isSigned = new URL(url).searchParams.has('sig') || url.startsWith('http:');
  const credential = isSigned ? new AnonymousCredential() : await machineIdentity();
  // Whoever fetches tries again later anyway.
  const client = new QueueClient(url, credential, { retryOptions: { maxTries: 1 } });
  return {
    async receive(signal) {
      const { receivedMessageItems: items } = await client.receiveMessages({
        numberOfMessages: batchSize,
        visibilityTimeout: hiddenSeconds,
        abortSignal: signal,
      });
      return items.map(({ messageId, dequeueCount, messageText, popReceipt }) => ({
        id: messageId,
        attempts: dequeueCount,
        body: textOf(messageText),
        receipt: popReceipt,
      }));
    },
    async complete({ id, receipt }) {
      await client.deleteMessage(id, receipt);
    },
  };
}

/** A token is never sent over plain HTTP; the library sees to that. */
async function machineIdentity(): Promise<TokenCredential> {
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential();
}

/** Base64 by Event Grid; plain where somebody else put it there. */
function textOf(messageText: string): Buffer {
  return messageText.trimStart().startsWith('{') ? Buffer.from(messageText) : Buffer.from(messageText, 'base64');
}
