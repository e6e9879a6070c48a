import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { closeServer, listen } from '../../listener';
import { refusalOf, type ServiceBusAccess, type ServiceBusKey } from './access';
import { Entity, type LockedMessage } from './entity';

export interface ServiceBusEmulatorOptions {
  /** 0, or left out, takes any free port. */
  readonly port?: number;
  /** PEM. Service Bus speaks TLS alone. */
  readonly tls: { readonly key: string; readonly cert: string };
  /** `events` when left out. */
  readonly queues?: readonly string[];
  /** Names of topics, and of the subscriptions of each. */
  readonly topics?: Readonly<Record<string, readonly string[]>>;
  /** RootManageSharedAccessKey with a random key when left out. */
  readonly keys?: readonly ServiceBusKey[];
  readonly entra?: ServiceBusAccess['entra'];
  readonly lockSeconds?: number;
  readonly maxDeliveryCount?: number;
  /** No request for a message is kept waiting longer, whatever it asks for; 60 when left out. */
  readonly longestWaitSeconds?: number;
}

export interface ServiceBusEmulator {
  /** `https://HOST:PORT` */
  readonly url: string;
  /** `sb://HOST:PORT/ENTITY`, of a queue or `TOPIC/subscriptions/NAME`. */
  addressOf(entity: string): string;
  /** With the key of this name, or the first one. */
  connectionString(entity: string, keyName?: string): string;
  /** Puts a message into a queue, or into every subscription of a topic, as Event Grid does: the JSON as it is. */
  put(entity: string, event: unknown): void;
  /** Puts a text as it is. */
  putText(entity: string, text: string): void;
  /** Messages that are there, locked ones included; `ENTITY/$deadletterqueue` has the dead letters. */
  size(entity: string): number;
  /** Every lock is lost, as if its time had passed. */
  expireLocks(): void;
  /** The next request is answered with this and nothing else. */
  refuseNext(refusal: { readonly status: number; readonly retryAfterSeconds?: number }): void;
  close(): Promise<void>;
}

interface Namespace {
  readonly host: () => string;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly access: ServiceBusAccess;
  readonly refusals: { status: number; retryAfterSeconds?: number }[];
  readonly longestWaitSeconds: number;
}

/**
 * As much of Azure Service Bus as a consumer of its REST API meets: peek-lock, complete, unlock and renew, for queues and
 * subscriptions. https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest
 */
export async function startServiceBusEmulator(options: ServiceBusEmulatorOptions): Promise<ServiceBusEmulator> {
  const { port = 0, tls, queues = ['events'], topics = {}, entra, longestWaitSeconds = 60 } = options;
  const keys = options.keys ?? [{ name: 'RootManageSharedAccessKey', key: randomBytes(32).toString('base64') }];
  const subscriptions = Object.entries(topics).flatMap(([topic, names]) =>
    names.map((name) => `${topic}/subscriptions/${name}`),
  );
  let host = '';
  const namespace: Namespace = {
    host: () => host,
    entities: entitiesOf([...queues, ...subscriptions], options),
    access: { keys, entra },
    refusals: [],
    longestWaitSeconds,
  };
  const server = createServer(tls, (request, response) => {
    // A client that has gone away needs no answer.
    void answer(namespace, request, response).catch(() => response.destroy());
  });
  host = `127.0.0.1:${String(await listen(server, port, '127.0.0.1'))}`;
  const putText = (entity: string, text: string): void => {
    const id = randomUUID();
    const targets = topics[entity]?.map((name) => `${entity}/subscriptions/${name}`) ?? [entity];
    for (const target of targets) entityNamed(namespace, target).put(Buffer.from(text), id);
  };
  return {
    url: `https://${host}`,
    addressOf: (entity) => `sb://${host}/${entity}`,
    connectionString: (entity, keyName) => {
      const { name, key } = keys.find((known) => known.name === keyName) ?? keys[0] ?? { name: '', key: '' };
      return `Endpoint=sb://${host}/;SharedAccessKeyName=${name};SharedAccessKey=${key};EntityPath=${entity}`;
    },
    put: (entity, event) => putText(entity, JSON.stringify(event)),
    putText,
    size: (entity) => entityNamed(namespace, entity).size,
    expireLocks: () => {
      for (const entity of namespace.entities.values()) entity.expireLocks();
    },
    refuseNext: (refusal) => namespace.refusals.push(refusal),
    close: () => closeServer(server),
  };
}

/** Names are compared without regard to case. */
function entitiesOf(
  names: readonly string[],
  { lockSeconds = 60, maxDeliveryCount = 10 }: ServiceBusEmulatorOptions,
): ReadonlyMap<string, Entity> {
  const limits = { lockMs: lockSeconds * 1_000, maxDeliveryCount };
  return new Map(
    names.flatMap((name) => {
      const deadLetters = new Entity(limits);
      const key = name.toLowerCase();
      return [
        [key, new Entity({ ...limits, deadLetters })],
        [`${key}/$deadletterqueue`, deadLetters],
      ] as const;
    }),
  );
}

function entityNamed({ entities }: Namespace, name: string): Entity {
  const entity = entities.get(name.toLowerCase());
  if (entity === undefined) throw new Error(`there is no queue or subscription ${name}`);
  return entity;
}

async function answer(namespace: Namespace, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://namespace');
  const [, path = '', rest = ''] = /^\/(.+)\/messages\/(.+)$/.exec(pathname) ?? [];
  const refused = namespace.refusals.shift();
  if (refused !== undefined)
    return sendError(response, refused.status, 'Refused as asked for.', refused.retryAfterSeconds);
  const name = decodeURIComponent(path);
  const refusal = refusalOf(request.headers.authorization, `${namespace.host()}/${name}`, namespace.access);
  if (refusal !== undefined) return sendError(response, 401, refusal);
  const entity = namespace.entities.get(name.toLowerCase());
  if (entity === undefined) return sendError(response, 410, 'The specified queue or subscription does not exist.');
  if (rest !== 'head') return settle(entity, request.method ?? '', rest, response);
  if (request.method !== 'POST') return sendError(response, 405, 'Only peek-lock is understood here.');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { longestWaitSeconds } = namespace;
  const waitSeconds = Math.min(Number(searchParams.get('timeout') ?? longestWaitSeconds), longestWaitSeconds);
  const locked = await entity.lockNext(waitSeconds * 1_000, gone.signal);
  if (locked === undefined) response.writeHead(204).end();
  else sendMessage(response, `https://${namespace.host()}/${path}/messages`, locked);
}

/** `{messageId or sequenceNumber}/{lockToken}` */
function settle(entity: Entity, method: string, path: string, response: ServerResponse): void {
  const [id = '', token = ''] = path.split('/').map(decodeURIComponent);
  const settlements: Readonly<Record<string, () => unknown>> = {
    DELETE: () => entity.complete(id, token),
    PUT: () => entity.unlock(id, token),
    POST: () => entity.renew(id, token),
  };
  const act = settlements[method];
  if (act === undefined) return sendError(response, 405, 'The method is not understood here.');
  const done = act();
  if (done === false || done === undefined) {
    return sendError(response, 404, 'No message was found with the specified MessageId or LockToken.');
  }
  const properties =
    done instanceof Date ? { BrokerProperties: JSON.stringify({ LockedUntilUtc: done.toUTCString() }) } : {};
  response.writeHead(200, properties).end();
}

function sendMessage(response: ServerResponse, messages: string, { message, token, until }: LockedMessage): void {
  const { id, sequenceNumber, body, enqueuedAt, deliveryCount } = message;
  const properties = {
    DeliveryCount: deliveryCount,
    EnqueuedTimeUtc: enqueuedAt.toUTCString(),
    LockToken: token,
    LockedUntilUtc: until.toUTCString(),
    MessageId: id,
    SequenceNumber: sequenceNumber,
    State: 'Active',
  };
  response.writeHead(201, {
    'Content-Type': 'application/json; charset=utf-8',
    BrokerProperties: JSON.stringify(properties),
    Location: `${messages}/${encodeURIComponent(id)}/${token}`,
  });
  response.end(body);
}

function sendError(response: ServerResponse, status: number, detail: string, retryAfterSeconds?: number): void {
  response.writeHead(status, {
    'Content-Type': 'application/xml; charset=utf-8',
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
  });
  response.end(`<Error><Code>${String(status)}</Code><Detail>${detail} TrackingId:${randomUUID()}</Detail></Error>`);
}
