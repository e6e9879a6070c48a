import { startServiceBusEmulator, type ServiceBusEmulator } from '@tidewaiter/acr-emulator';
import { describeWithTool } from '@tidewaiter/testing';
import type { EventQueue, QueuedMessage } from '../event-queue';
import { openEventQueue } from '../kinds';
import {
  machine,
  receivers,
  registries,
  startIdentities,
  stranger,
  watcher,
  type Identities,
} from '../spec-identities';
import { signedToken } from './authorization';

const key = 'key-of-the-listener';
const subscription = 'pushes/subscriptions/tidewaiter';

/** Over TLS, against the emulator's instance metadata service and a Service Bus that asks for its tokens or a key. */
describeWithTool('openssl', 'a queue of Azure Service Bus', () => {
  let identities: Identities;
  let bus: ServiceBusEmulator;

  beforeAll(async () => {
    identities = await startIdentities('https://servicebus.azure.net');
    bus = await startServiceBusEmulator({
      tls: identities.tls,
      queues: ['events', 'brief'],
      topics: { pushes: ['tidewaiter', 'others'] },
      keys: [
        { name: 'listener', key },
        { name: 'sender', key: 'key-of-the-sender', rights: ['Send'] },
      ],
      entra: { trust: identities.entra, receivers },
      maxDeliveryCount: 3,
    });
  });

  afterEach(() => Reflect.deleteProperty(process.env, 'AZURE_CLIENT_ID'));

  afterAll(async () => {
    await Promise.all([bus.close(), identities.close()]);
  });

  function receive(queue: EventQueue): Promise<readonly QueuedMessage[]> {
    return queue.receive(AbortSignal.timeout(10_000));
  }

  async function receiveOne(queue: EventQueue): Promise<QueuedMessage> {
    const [message, ...others] = await receive(queue);
    if (message === undefined || others.length > 0) throw new Error(`there are ${String(others.length)} others`);
    return message;
  }

  function listener(entity = 'events'): Promise<EventQueue> {
    return openEventQueue(bus.connectionString(entity));
  }

  it.each([
    ['the system-assigned identity of the machine', undefined],
    ['the user-assigned one that AZURE_CLIENT_ID names', watcher.clientId],
  ])('is emptied by %s', async (_who, clientId) => {
    if (clientId !== undefined) process.env['AZURE_CLIENT_ID'] = clientId;
    bus.put('events', { id: 'an event' });
    bus.put('events', { id: 'another' });
    const queue = await openEventQueue(bus.addressOf('events'));
    const messages = await receive(queue);
    expect(messages.map(({ attempts, body }) => `${String(attempts)} ${String(body)}`)).toEqual([
      '1 {"id":"an event"}',
      '1 {"id":"another"}',
    ]);
    for (const message of messages) await queue.complete(message);
    expect(bus.size('events')).toBe(0);
  });

  it('may be a subscription of a topic, with a key or with a token that was signed before', async () => {
    bus.put('pushes', { id: 'for every subscription' });
    const queue = await listener(subscription);
    await queue.complete(await receiveOne(queue));
    expect([bus.size(subscription), bus.size('pushes/subscriptions/others')]).toEqual([0, 1]);
    const token = signedToken(bus.url, { name: 'listener', key }, Math.floor(Date.now() / 1000) + 60);
    const endpoint = bus.addressOf('').slice(0, -1);
    const other = await openEventQueue(
      `Endpoint=${endpoint};EntityPath=pushes/subscriptions/others;SharedAccessSignature=${token}`,
    );
    await other.complete(await receiveOne(other));
    expect(bus.size('pushes/subscriptions/others')).toBe(0);
  });

  it('is waited for, until a message comes or the wait is called off', async () => {
    const queue = await listener();
    const waiting = receiveOne(queue);
    // Long enough for the question to be there; the answer is the same when it is not.
    setTimeout(() => bus.put('events', { id: 'late' }), 50);
    await queue.complete(await waiting);
    const stop = new AbortController();
    const calledOff = queue.receive(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(calledOff).rejects.toThrow('stopped');
  });

  it('gives a message again whose lock was lost, with its count, and says that it does', async () => {
    bus.put('events', { id: 'slow' });
    const queue = await listener();
    const first = await receiveOne(queue);
    bus.expireLocks();
    const second = await receiveOne(queue);
    expect([second.id, second.attempts]).toEqual([first.id, 2]);
    await expect(queue.complete(first)).rejects.toMatchObject({ code: 'event-queue-lock-lost' });
    await queue.complete(second);
    expect(bus.size('events')).toBe(0);
  });

  it('gives what was locked when the next question is refused, and says the refusal at the next look', async () => {
    bus.put('events', { id: 'first' });
    bus.put('events', { id: 'second' });
    const queue = await listener();
    const ask = globalThis.fetch;
    let questions = 0;
    globalThis.fetch = (...words) => {
      questions += 1;
      if (questions === 2) bus.refuseNext({ status: 429, retryAfterSeconds: 7 });
      return ask(...words);
    };
    try {
      const first = await receiveOne(queue);
      await queue.complete(first);
      await expect(receive(queue)).rejects.toMatchObject({ code: 'event-queue-throttled', retryAfterSeconds: 7 });
      await queue.complete(await receiveOne(queue));
    } finally {
      globalThis.fetch = ask;
    }
    expect(bus.size('events')).toBe(0);
  });

  it('gives no more than the beginning of what is longer than an event can be', async () => {
    bus.putText('events', ' '.repeat(2_000_000));
    const queue = await listener();
    const message = await receiveOne(queue);
    expect(message.body.byteLength).toBe(1_536 * 1024);
    await queue.complete(message);
  });

  it('names the role that is missing', async () => {
    process.env['AZURE_CLIENT_ID'] = stranger.clientId;
    const queue = await openEventQueue(bus.addressOf('events'));
    await expect(receive(queue)).rejects.toMatchObject({
      code: 'event-queue-unauthorized',
      message: expect.stringMatching(/role "Azure Service Bus Data Receiver".*'Listen' claim/) as unknown,
    });
  });

  it.each([
    ['a wrong key', () => bus.connectionString('events').replace(key, 'another-key'), 'InvalidSignature'],
    ['a policy that may only send', () => bus.connectionString('events', 'sender'), "'Listen' claim"],
    ['a token that is over', () => signedBefore(bus.url, 1_600_000_000), 'ExpiredToken'],
    ['a token for another queue', () => signedBefore(`${bus.url}/brief`, 4_000_000_000), 'InvalidAudience'],
  ])('refuses %s, which is said without the key', async (_what, address, said) => {
    const queue = await openEventQueue(address());
    const refusal: unknown = await receive(queue).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'event-queue-unauthorized',
      message: expect.stringContaining(said) as unknown,
    });
    expect(JSON.stringify(refusal, Object.getOwnPropertyNames(refusal))).not.toMatch(/key-of|another-key|sig=/);
  });

  function signedBefore(resource: string, expiry: number): string {
    const token = signedToken(resource, { name: 'listener', key }, expiry);
    return bus
      .connectionString('events')
      .replace(/SharedAccessKeyName.*?;EntityPath/, `SharedAccessSignature=${token};EntityPath`);
  }

  it.each([
    ['no token', undefined, 'MissingToken'],
    ['a token for a registry', registries, 'InvalidToken'],
  ])('refuses %s', async (_what, audience, said) => {
    const token = audience === undefined ? undefined : identities.entra.tokenFor(machine.subject, audience);
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${bus.url}/events/messages/head`, { method: 'POST', headers });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining(said)]);
  });

  it.each([
    [429, 30, 'event-queue-throttled'],
    [503, 2, 'event-queue-unavailable'],
    [403, undefined, 'event-queue-denied'],
    [404, undefined, 'event-queue-unknown'],
  ])('has a name for %s, and the time to come again', async (status, retryAfterSeconds, code) => {
    bus.refuseNext({ status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
    await expect(receive(await listener())).rejects.toMatchObject({ code, retryAfterSeconds });
  });

  it('has to be there', async () => {
    await expect(receive(await listener('nowhere'))).rejects.toMatchObject({ code: 'event-queue-unknown' });
  });

  it('keeps, hides and reveals as the API says: renewed, unlocked, and a dead letter in the end', async () => {
    bus.put('brief', { id: 'unwanted' });
    const token = signedToken(bus.url, { name: 'listener', key }, Math.floor(Date.now() / 1000) + 60);
    const ask = (method: string, url: string) => fetch(url, { method, headers: { Authorization: token } });
    const head = `${bus.url}/brief/messages/head?timeout=0`;
    for (const count of [1, 2, 3]) {
      const answer = await ask('POST', head);
      const location = answer.headers.get('location') ?? '';
      expect(JSON.parse(answer.headers.get('brokerproperties') ?? '')).toMatchObject({ DeliveryCount: count });
      expect((await ask('POST', head)).status).toBe(204);
      expect((await ask('POST', location)).status).toBe(200);
      expect((await ask('PUT', location)).status).toBe(200);
      expect((await ask('DELETE', location)).status).toBe(404);
    }
    expect([bus.size('brief'), bus.size('brief/$deadletterqueue')]).toEqual([0, 1]);
  });
});
