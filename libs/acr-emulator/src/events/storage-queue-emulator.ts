import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { closeServer, listen } from '../listener';
import type { EntraTrust } from '../options';

export interface StorageQueueEmulatorOptions {
  /** 0, or left out, takes any free port. */
  readonly port?: number;
  /** PEM. Clients send a token over TLS alone. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Nobody is let in without a token for storage of one of these: who has the role Storage Queue Data Message Processor. */
  readonly access?: { readonly entra: EntraTrust; readonly processors: readonly string[] };
}

export interface StorageQueueEmulator {
  /** Of the one queue it has. */
  readonly url: string;
  /** Puts a message into the queue as Event Grid does: base64 of the JSON. */
  put(event: unknown): void;
  /** Puts a text as it is. */
  putText(text: string): void;
  /** Messages that are there, hidden ones included. */
  size(): number;
  /** The hidden ones can be fetched again, as if their time had passed. */
  reveal(): void;
  close(): Promise<void>;
}

interface Message {
  readonly id: string;
  readonly text: string;
  readonly insertedAt: Date;
  visibleAt: number;
  dequeueCount: number;
  popReceipt: string;
}

const dayMs = 86_400_000;
/** What tokens have to be for, in every cloud: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
const audience = 'https://storage.azure.com';

/**
 * As much of Azure Storage's queues as a consumer meets: put, get, peek at and delete messages, with a time for which those that were got are
 * hidden. Signatures are not checked; tokens are, where `access` is given. https://learn.microsoft.com/rest/api/storageservices/operations-on-messages
 */
export async function startStorageQueueEmulator({
  port = 0,
  tls,
  access,
}: StorageQueueEmulatorOptions = {}): Promise<StorageQueueEmulator> {
  const messages = new Map<string, Message>();
  const handle: RequestListener = (request, response) => {
    const refusal = access === undefined ? undefined : refusalOf(request, access);
    if (refusal === undefined) answer(messages, request, response);
    else sendError(response, refusal.status, refusal.code);
  };
  const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(await listen(server, port, '127.0.0.1'))}/devstoreaccount1/events`;
  const putText = (text: string): void => {
    const id = randomUUID();
    messages.set(id, { id, text, insertedAt: new Date(), visibleAt: 0, dequeueCount: 0, popReceipt: '' });
  };
  return {
    url,
    put: (event) => putText(Buffer.from(JSON.stringify(event)).toString('base64')),
    putText,
    size: () => messages.size,
    reveal: () => {
      for (const message of messages.values()) message.visibleAt = 0;
    },
    close: () => closeServer(server),
  };
}

/** https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes */
function refusalOf(
  { headers }: IncomingMessage,
  { entra, processors }: NonNullable<StorageQueueEmulatorOptions['access']>,
): { readonly status: number; readonly code: string } | undefined {
  const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
  if (token === undefined) return { status: 401, code: 'NoAuthenticationInformation' };
  const subject = entra.subjectOf(token, [audience]);
  if (subject === undefined) return { status: 401, code: 'InvalidAuthenticationInfo' };
  return processors.includes(subject) ? undefined : { status: 403, code: 'AuthorizationPermissionMismatch' };
}

function answer(messages: Map<string, Message>, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://queue');
  const id = /\/messages\/([^/]+)$/.exec(pathname)?.[1];
  if (request.method === 'GET' && pathname.endsWith('/messages')) {
    const isPeek = searchParams.get('peekonly') === 'true';
    send(response, 200, listOf(isPeek ? visible(messages, searchParams) : got(messages, searchParams), isPeek));
  } else if (request.method === 'DELETE' && id !== undefined) {
    const message = messages.get(id);
    // Somebody else has got it since: the receipt is good for the last get only.
    if (message?.popReceipt !== searchParams.get('popreceipt')) return sendError(response, 404, 'MessageNotFound');
    messages.delete(id);
    send(response, 204, '');
  } else {
    sendError(response, 400, 'InvalidUri');
  }
}

function got(messages: ReadonlyMap<string, Message>, query: URLSearchParams): readonly Message[] {
  const now = Date.now();
  const found = visible(messages, query);
  for (const message of found) {
    message.visibleAt = now + Number(query.get('visibilitytimeout') ?? 30) * 1_000;
    message.dequeueCount += 1;
    message.popReceipt = randomUUID();
  }
  return found;
}

function visible(messages: ReadonlyMap<string, Message>, query: URLSearchParams): readonly Message[] {
  const wanted = Number(query.get('numofmessages') ?? 1);
  return [...messages.values()].filter(({ visibleAt }) => visibleAt <= Date.now()).slice(0, wanted);
}

/** Of a peek without what only who got a message has. */
function listOf(messages: readonly Message[], isPeek: boolean): string {
  const items = messages.map(
    ({ id, text, insertedAt, visibleAt, dequeueCount, popReceipt }) =>
      `<QueueMessage><MessageId>${id}</MessageId><InsertionTime>${insertedAt.toUTCString()}</InsertionTime>` +
      `<ExpirationTime>${new Date(insertedAt.getTime() + 7 * dayMs).toUTCString()}</ExpirationTime>` +
      (isPeek ? '' : `<PopReceipt>${popReceipt}</PopReceipt>${nextVisible(visibleAt)}`) +
      `<DequeueCount>${String(dequeueCount)}</DequeueCount><MessageText>${escaped(text)}</MessageText></QueueMessage>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?><QueueMessagesList>${items.join('')}</QueueMessagesList>`;
}

function nextVisible(visibleAt: number): string {
  return `<TimeNextVisible>${new Date(visibleAt).toUTCString()}</TimeNextVisible>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.setHeader('x-ms-error-code', code);
  send(
    response,
    status,
    `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/xml',
    'x-ms-version': '2024-11-04',
    'x-ms-request-id': randomUUID(),
  });
  response.end(body);
}
