import { startStorageQueueEmulator, type StorageQueueEmulator } from '@tidewaiter/acr-emulator';
import { describeWithTool } from '@tidewaiter/testing';
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

/** By Microsoft's own libraries, against the emulator's instance metadata service and a queue that asks for its tokens. */
describeWithTool('openssl', 'a queue of Azure Storage without a signature', () => {
  let identities: Identities;
  let queue: StorageQueueEmulator;

  beforeAll(async () => {
    identities = await startIdentities('https://storage.azure.com');
    const { entra, tls } = identities;
    queue = await startStorageQueueEmulator({ tls, access: { entra, processors: receivers } });
  });

  afterEach(() => Reflect.deleteProperty(process.env, 'AZURE_CLIENT_ID'));

  afterAll(async () => {
    await Promise.all([queue.close(), identities.close()]);
  });

  function receive() {
    return openEventQueue(queue.url).then((opened) => opened.receive(AbortSignal.timeout(10_000)));
  }

  it.each([
    ['the system-assigned identity of the machine', undefined],
    ['the user-assigned one that AZURE_CLIENT_ID names', watcher.clientId],
  ])('is emptied by %s', async (_who, clientId) => {
    if (clientId !== undefined) process.env['AZURE_CLIENT_ID'] = clientId;
    queue.put({ id: 'an event' });
    const opened = await openEventQueue(queue.url);
    const [message, ...others] = await opened.receive(AbortSignal.timeout(10_000));
    expect(others).toEqual([]);
    if (message === undefined) throw new Error('there is no message');
    expect(JSON.parse(message.body.toString())).toEqual({ id: 'an event' });
    await opened.complete(message);
    expect(queue.size()).toBe(0);
  });

  it.each(['[{"id":"an event"}]', ' {"id":"an event"}'])('may hold what is not in base64, %s', async (text) => {
    queue.putText(text);
    const opened = await openEventQueue(queue.url);
    const [message] = await opened.receive(AbortSignal.timeout(10_000));
    expect(message?.body.toString()).toBe(text);
    if (message !== undefined) await opened.complete(message);
  });

  it('is peeked at, and nothing is hidden by that', async () => {
    const opened = await openEventQueue(queue.url);
    const peek = () => opened.peek(AbortSignal.timeout(10_000));
    expect(await peek()).toBe(false);
    queue.put({ id: 'an event' });
    expect([await peek(), await peek()]).toEqual([true, true]);
    const [message] = await opened.receive(AbortSignal.timeout(10_000));
    expect(message?.attempts).toBe(1);
    if (message !== undefined) await opened.complete(message);
    process.env['AZURE_CLIENT_ID'] = stranger.clientId;
    const refused = (await openEventQueue(queue.url)).peek(AbortSignal.timeout(10_000));
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('role "Storage Queue Data Message Processor"') as unknown,
    });
  });

  it('lets nobody in who does not have the role', async () => {
    process.env['AZURE_CLIENT_ID'] = stranger.clientId;
    await expect(receive()).rejects.toMatchObject({
      code: 'event-queue-denied',
      message: expect.stringMatching(
        /Storage Queue Data Message Processor.*AuthorizationPermissionMismatch/,
      ) as unknown,
    });
  });

  it.each([
    ['no token', undefined, 'NoAuthenticationInformation'],
    ['a token for a registry', registries, 'InvalidAuthenticationInfo'],
  ])('refuses %s', async (_what, audience, code) => {
    const token = audience === undefined ? undefined : identities.entra.tokenFor(machine.subject, audience);
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${queue.url}/messages`, { headers });
    expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([401, code]);
  });
});
