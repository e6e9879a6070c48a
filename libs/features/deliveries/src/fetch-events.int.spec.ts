import {
  startEntraEmulator,
  startServiceBusEmulator,
  startStorageQueueEmulator,
  type EntraEmulator,
  type ServiceBusEmulator,
} from '@tidewaiter/acr-emulator';
import { RegistryDirectory } from '@tidewaiter/features/registries';
import { OperationalError, silentLogger } from '@tidewaiter/kit';
import { openEventQueue, type EventQueue } from '@tidewaiter/registry';
import type { Queues } from '@tidewaiter/queue';
import { createCertificate, describeWithTool, trustCertificate, type Certificate } from '@tidewaiter/testing';
import { fetchEvents } from './fetch-events';
import { QueueLooks } from './queue-looks';
import { startFetching } from './start-fetching';
import { DeliverySite, onGrid, push, unreachable } from './testing/delivery-site';

/** A queue in the cloud, whichever kind it is of. */
interface Cloud {
  readonly address: string;
  put(event: unknown): void;
  putText(text: string): void;
  size(): number;
  /** What is hidden or locked can be fetched again, as if its time had passed. */
  reveal(): void;
  close(): Promise<void>;
}

let site: DeliverySite;
beforeAll(async () => {
  site = await DeliverySite.open();
});
beforeEach(() => site.clear());
afterAll(() => site.close());

/**
 * Fetches until it is told to stop. A question that is out by then is answered first: one that is called off may have been
 * answered all the same, and would have hidden a message from the next test.
 */
function fetching(queue: EventQueue, receiver = site.receive, logger = silentLogger): () => Promise<void> {
  const stop = new AbortController();
  const patient: EventQueue = { ...queue, receive: () => queue.receive(new AbortController().signal) };
  const options = { registryName: 'grid', queue: patient, receiver, logger, pauseMs: 10, maxAttempts: 3 };
  const ended = fetchEvents(options, stop.signal);
  return async () => {
    stop.abort();
    await ended;
  };
}

async function until(isDone: () => Promise<boolean> | boolean): Promise<void> {
  for (let looks = 0; looks < 1_500 && !(await isDone()); looks += 1) await new Promise((go) => setTimeout(go, 10));
  expect(await isDone()).toBe(true);
}

function deliveries() {
  return site.database.delivery.findMany({ orderBy: { receivedAt: 'asc' } });
}

async function states(): Promise<readonly string[]> {
  return (await deliveries()).map(({ state, problemCode }) => [state, problemCode].join(' ').trim()).sort();
}

/** What holds for every kind of queue. */
function behavesAsQueue(start: () => Promise<Cloud>): void {
  let cloud: Cloud;
  beforeAll(async () => {
    cloud = await start();
  });
  afterAll(() => cloud.close());

  /** A look at a queue at which the time of every look before is over. */
  async function openLater(): Promise<EventQueue> {
    const queue = await openEventQueue(cloud.address);
    const receive = (signal: AbortSignal) => {
      cloud.reveal();
      return queue.receive(signal);
    };
    return { ...queue, receive };
  }

  async function fetchAll(): Promise<void> {
    const stop = fetching(await openLater());
    await until(() => cloud.size() === 0).finally(stop);
  }

  it('is emptied into deliveries, each event once and in both schemas', async () => {
    const { topic, eventType, ...rest } = onGrid(push('b', '2.0'));
    cloud.put(onGrid(push('a', '1.0')));
    cloud.put({ specversion: '1.0', source: topic, type: eventType, ...rest });
    cloud.putText(JSON.stringify(onGrid(push('c', '3.0'))));
    await fetchAll();
    const rows = await deliveries();
    expect(rows.map(({ source, state, tag }) => `${source} ${state} ${tag ?? ''}`).sort()).toEqual([
      'eventgrid received 1.0',
      'eventgrid received 2.0',
      'eventgrid received 3.0',
    ]);
  });

  it('keeps a message until its row and job are stored, and then it is a duplicate', async () => {
    const queues = { ...site.queues, enqueueMany: () => Promise.reject(unreachable) };
    cloud.put(onGrid(push('a', '1.0')));
    const stop = fetching(await openEventQueue(cloud.address), site.receiveWith(queues));
    await until(async () => (await deliveries()).length === 1).finally(stop);
    expect(cloud.size()).toBe(1);
    await fetchAll();
    expect(await states()).toEqual(['duplicate event-repeated', 'received']);
  });

  it('is left alone while nothing can be stored, so that nothing is fetched too often', async () => {
    let isDown = true;
    let looks = 0;
    const ready = () => {
      looks += 1;
      return isDown ? Promise.reject(unreachable) : site.queues.ready();
    };
    const enqueueMany: Queues['enqueueMany'] = (name, payloads) =>
      isDown ? Promise.reject(unreachable) : site.queues.enqueueMany(name, payloads);
    cloud.put(onGrid(push('a', '1.0')));
    const queue = await openLater();
    const attempts: number[] = [];
    const receive = async (signal: AbortSignal) => {
      const messages = await queue.receive(signal);
      attempts.push(...messages.map((message) => message.attempts));
      return messages;
    };
    const stop = fetching({ ...queue, receive }, site.receiveWith({ ...site.queues, ready, enqueueMany }));
    await until(() => looks === 3);
    isDown = false;
    await until(() => cloud.size() === 0).finally(stop);
    expect(attempts).toEqual([1, 2]);
  });

  it('gives a message again that somebody else got before it was done with, which is a duplicate', async () => {
    cloud.put(onGrid(push('a', '1.0')));
    const queue = await openLater();
    let losses = 0;
    const lossy: EventQueue = {
      ...queue,
      complete: async (message) => {
        losses += 1;
        if (losses === 1) await queue.receive(AbortSignal.timeout(5_000));
        await queue.complete(message);
      },
    };
    const warnings: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (text: string, fields?: object) => warnings.push(`${text} ${JSON.stringify(fields)}`),
    };
    const stop = fetching(lossy, site.receive, logger);
    await until(() => cloud.size() === 0).finally(stop);
    expect(await states()).toEqual(['duplicate event-repeated', 'received']);
    expect(warnings).toEqual([expect.stringMatching(/^fetched event not taken away .*it comes again/)]);
  });

  it('is rid of what cannot be read after some tries, which is kept as rejected', async () => {
    cloud.putText('not base64 {');
    cloud.put({ ...onGrid(push('a', '1.0')), topic: '/subscriptions/x' });
    await fetchAll();
    expect(await states()).toEqual(['rejected event-of-another-registry', 'rejected hook-not-json']);
  });
}

describe('a queue of Azure Storage', () => {
  behavesAsQueue(async () => {
    const queue = await startStorageQueueEmulator();
    return { ...queue, address: queue.url };
  });
});

describeWithTool('openssl', 'a queue of Azure Service Bus', () => {
  const machine = { subject: 'object-of-machine' };
  let tls: Certificate;
  let entra: EntraEmulator;

  beforeAll(async () => {
    tls = createCertificate();
    trustCertificate(tls);
    const audiences = ['https://servicebus.azure.net'];
    entra = await startEntraEmulator({ tenantId: 'tenant', audiences, managedIdentities: [machine], tls });
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = entra.metadataUrl;
  });

  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST');
    await entra.close();
  });

  async function start(addressIn: (bus: ServiceBusEmulator) => string): Promise<Cloud> {
    const trust = { trust: entra, receivers: [machine.subject] };
    const bus = await startServiceBusEmulator({ tls, queues: ['events'], entra: trust, longestWaitSeconds: 0.1 });
    return {
      address: addressIn(bus),
      put: (event) => bus.put('events', event),
      putText: (text) => bus.putText('events', text),
      size: () => bus.size('events'),
      reveal: () => bus.expireLocks(),
      close: () => bus.close(),
    };
  }

  describe('with a key', () => {
    behavesAsQueue(() => start((bus) => bus.connectionString('events')));
  });

  describe('as the identity of the machine', () => {
    behavesAsQueue(() => start((bus) => bus.addressOf('events')));
  });
});

describe('the queues of registries', () => {
  const grid = { name: 'grid', kind: 'acr', endpoint: 'https://grid.azurecr.io', allowInsecure: false } as const;
  const secret = '?sv=2024&sig=a-signature';
  let directory: RegistryDirectory;
  beforeEach(() => {
    directory = new RegistryDirectory(site.database);
  });

  function started(warnings: string[] = []) {
    const logger = { ...silentLogger, error: (text: string) => warnings.push(text) };
    return startFetching({ directory, receiver: site.receive, database: site.database, logger, lookEveryMs: 20 });
  }

  /** Registries as REST describes them, in this process alone. */
  async function describeAs(queues: Readonly<Record<string, string | undefined>>): Promise<void> {
    const rows = await site.database.registry.findMany();
    const idOf = (wanted: string) => rows.find(({ name }) => name === wanted)?.id ?? 0;
    const rest = { credentials: { kind: 'anonymous' }, webhookSecret: undefined } as const;
    directory.setStored(
      Object.entries(queues).map(([name, eventQueueUrl]) => ({
        id: idOf(name),
        config: { ...grid, ...rest, name, eventQueueUrl },
      })),
    );
  }

  const rows = () => site.database.eventQueue.findMany({ include: { registry: true }, orderBy: { registryId: 'asc' } });
  const places = async () => (await rows()).map(({ registry, place }) => `${registry.name} ${place}`);
  const isSeen = async () => (await rows()).every(({ readAt, refusedAt }) => readAt !== null || refusedAt !== null);
  const placeOf = (url: string) => url.replace('http://', '');

  it('are kept with when they were read, when a message came and the last refusal, for as long as they are there', async () => {
    const [cloud, gone] = [await startStorageQueueEmulator(), await startStorageQueueEmulator()];
    await gone.close();
    cloud.put(onGrid(push('a', '1.0')));
    await describeAs({ test: `${gone.url}${secret}`, grid: `${cloud.url}${secret}` });
    const stop = await started();
    await until(isSeen).finally(stop);
    const some = expect.any(Date) as unknown;
    expect(await rows()).toMatchObject([
      {
        registry: { name: 'test' },
        readAt: null,
        messageAt: null,
        refusedAt: some,
        refusalCode: 'event-queue-unreachable',
      },
      { registry: { name: 'grid' }, kind: 'storage-queue', readAt: some, messageAt: some, refusedAt: null },
    ]);
    expect(JSON.stringify(await rows())).not.toContain('a-signature');
    // Another process, which is told of one queue only, at another place.
    await describeAs({ grid: gone.url, test: undefined });
    await (
      await started()
    )();
    expect(await rows()).toMatchObject([{ registry: { name: 'grid' }, readAt: null, messageAt: null }]);
    await describeAs({});
    await (
      await started()
    )();
    expect(await rows()).toEqual([]);
    await cloud.close();
  });

  it('are fetched from until it is stopped, where there is one', async () => {
    const cloud = await startStorageQueueEmulator();
    cloud.put(onGrid(push('a', '1.0')));
    await describeAs({ grid: cloud.url, test: undefined });
    const stop = await started();
    await until(() => cloud.size() === 0).finally(stop);
    expect(await states()).toEqual(['received']);
    await cloud.close();
  });

  it('may come, move and go meanwhile', async () => {
    const [first, second] = [await startStorageQueueEmulator(), await startStorageQueueEmulator()];
    await describeAs({ grid: undefined });
    const stop = await started();
    try {
      first.put(onGrid(push('a', '1.0')));
      await describeAs({ grid: first.url });
      await until(() => first.size() === 0);
      expect(await places()).toEqual([`grid ${placeOf(first.url)}`]);
      // As a receiver does that starts and has not heard of it yet.
      await site.database.eventQueue.deleteMany();
      second.put(onGrid(push('b', '2.0')));
      await describeAs({ grid: second.url, test: first.url });
      await until(() => second.size() === 0);
      await until(async () => (await rows()).length === 2 && (await isSeen()));
      await describeAs({ grid: second.url });
      await until(async () => (await rows()).length === 1);
      first.put(onGrid(push('c', '3.0')));
      second.put(onGrid(push('d', '4.0')));
      await until(() => second.size() === 0);
      expect([first.size(), await places()]).toEqual([1, [`grid ${placeOf(second.url)}`]]);
      expect(await states()).toEqual(['received', 'received', 'received']);
    } finally {
      await stop();
    }
    await first.close();
    await second.close();
  });

  it('are shown again after another receiver, which had not heard of them yet, took their row away', async () => {
    const cloud = await startStorageQueueEmulator();
    const queue = await openEventQueue(cloud.url);
    const looks = await QueueLooks.open(site.database, { registryName: 'grid', queue, logger: silentLogger });
    await site.database.eventQueue.deleteMany();
    await looks.note({ messages: 1 });
    const some = expect.any(Date) as unknown;
    expect(await rows()).toMatchObject([{ place: placeOf(cloud.url), readAt: some, messageAt: some }]);
    await cloud.close();
  });

  it('have addresses we know, which are not shown otherwise; one that comes later changes nothing', async () => {
    const eventQueueUrl = 'Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=n;SharedAccessKey=secret';
    await describeAs({ grid: eventQueueUrl });
    await expect(started()).rejects.toMatchObject({
      code: 'event-queue-address-invalid',
      message: expect.not.stringContaining('secret') as unknown,
    });
    const cloud = await startStorageQueueEmulator();
    await describeAs({ grid: cloud.url });
    const errors: string[] = [];
    const stop = await started(errors);
    await describeAs({ grid: eventQueueUrl });
    await until(() => errors.length > 0);
    cloud.put(onGrid(push('a', '1.0')));
    await until(() => cloud.size() === 0).finally(stop);
    expect(errors).toEqual(['event queue not taken']);
    await cloud.close();
  });
});

describe('a queue that cannot be read', () => {
  it('is asked again when it says, and its reason is logged', async () => {
    const asked: number[] = [];
    const failure = new OperationalError('event-queue-throttled', 'come again', { retryAfterSeconds: 0.2 });
    const queue: EventQueue = {
      ...{ kind: 'service-bus', place: 'contoso.servicebus.windows.net/events', isByKey: false },
      peek: () => Promise.reject(failure),
      receive: () => {
        asked.push(Date.now());
        return Promise.reject(failure);
      },
      complete: () => Promise.resolve(),
    };
    const reasons: unknown[] = [];
    const logger = { ...silentLogger, warn: (_text: string, fields?: object) => reasons.push(fields) };
    const stop = fetching(queue, site.receive, logger);
    await until(() => asked.length === 2).finally(stop);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(190);
    expect(reasons[0]).toEqual({ registry: 'grid', code: 'event-queue-throttled', reason: 'come again' });
  });
});
