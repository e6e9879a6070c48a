import {
  startEntraEmulator,
  startStorageQueueEmulator,
  type EntraEmulator,
  type StorageQueueEmulator,
} from '@tidewaiter/acr-emulator';
import { createCertificate, describeWithTool, trustCertificate } from '@tidewaiter/testing';
import { openEventQueue } from '../kinds';

const storage = 'https://storage.azure.com';
const registries = 'https://containerregistry.azure.net';
const machine = { subject: 'object-of-machine' };
const watcher = { subject: 'object-of-watcher', clientId: 'client-of-watcher' };
const stranger = { subject: 'object-of-stranger', clientId: 'client-of-stranger' };

/** By Microsoft's own libraries, against the emulator's instance metadata service and a queue that asks for its tokens. */
describeWithTool('openssl', 'a queue of Azure Storage without a signature', () => {
  let entra: EntraEmulator;
  let queue: StorageQueueEmulator;

  beforeAll(async () => {
    const tls = createCertificate();
    trustCertificate(tls);
    entra = await startEntraEmulator({
      tenantId: '11111111-2222-3333-4444-555555555555',
      audiences: [storage, registries],
      managedIdentities: [machine, watcher, stranger],
      tls,
    });
    const processors = [machine.subject, watcher.subject];
    queue = await startStorageQueueEmulator({ tls, access: { entra, processors } });
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = entra.metadataUrl;
  });

  afterEach(() => Reflect.deleteProperty(process.env, 'AZURE_CLIENT_ID'));

  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST');
    await Promise.all([queue.close(), entra.close()]);
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
    const token = audience === undefined ? undefined : entra.tokenFor(machine.subject, audience);
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${queue.url}/messages`, { headers });
    expect([answer.status, answer.headers.get('x-ms-error-code')]).toEqual([401, code]);
  });
});
