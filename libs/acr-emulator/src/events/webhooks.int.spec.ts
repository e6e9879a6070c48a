import { mediaTypes } from '@tidewaiter/contracts';
import type { EmulatorWebhook } from '../options';
import { anyText, fieldOf, Harness, RawClient, textLike, type Received } from '../spec-support';

const harness = new Harness();

afterAll(() => harness.close());

function webhook(url: string, more: Partial<EmulatorWebhook> = {}): EmulatorWebhook {
  return {
    name: 'watch01',
    url,
    headers: { 'X-Webhook-Token': 's3cret' },
    actions: ['push', 'delete'],
    scope: '',
    ...more,
  };
}

function actionsOf(received: readonly Received[]): readonly unknown[] {
  return received.map(({ body }) => fieldOf(body, 'action'));
}

describe('webhooks', () => {
  it('tell of a push by tag, of one by digest without tag, of a deletion, and of nothing else', async () => {
    const receiver = await harness.receiver(() => ({ status: 200 }));
    const emulator = await harness.emulator({ loginServer: 'contoso.azurecr.io', webhooks: [webhook(receiver.url)] });
    const client = new RawClient(emulator.url);
    const tagged = await client.pushImage('team/api', '1.4.2');
    const { bytes, digest } = await client.imageDocument('team/api', 'untagged');
    await client.send('PUT', `/v2/team/api/manifests/${digest}`, {
      headers: { 'Content-Type': mediaTypes.ociManifest },
      body: bytes,
    });
    await client.send('DELETE', '/acr/v1/team%2Fapi/_tags/1.4.2');
    await emulator.webhooksSettled();
    await client.send('DELETE', `/v2/team/api/manifests/${tagged.digest}`);
    await emulator.webhooksSettled();

    const size = tagged.bytes.length;
    const target = { mediaType: mediaTypes.ociManifest, repository: 'team/api' };
    const request = { id: anyText(), host: 'contoso.azurecr.io', useragent: 'node' };
    const event = {
      id: anyText(),
      timestamp: textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
    };
    expect(receiver.received.map((delivery) => delivery.body)).toEqual([
      {
        ...event,
        action: 'push',
        target: { ...target, size, length: size, digest: tagged.digest, tag: '1.4.2' },
        request: { ...request, method: 'PUT' },
      },
      {
        ...event,
        action: 'push',
        target: { ...target, size: bytes.length, length: bytes.length, digest },
        request: { ...request, method: 'PUT' },
      },
      {
        ...event,
        action: 'delete',
        target: { ...target, digest: tagged.digest },
        request: { ...request, method: 'DELETE' },
      },
    ]);
    expect(receiver.received[0]?.headers).toMatchObject({
      'x-webhook-token': 's3cret',
      'content-type': 'application/json',
    });
    expect(receiver.received[0]?.headers['user-agent']).toMatch(/^AzureContainerRegistry\//);
  });

  it('tell of every manifest of a deleted repository, and only those who asked', async () => {
    const deletions = await harness.receiver(() => ({ status: 200 }));
    const one = await harness.receiver(() => ({ status: 200 }));
    const emulator = await harness.emulator({
      webhooks: [
        webhook(deletions.url, { actions: ['delete'] }),
        webhook(one.url, { name: 'one', actions: ['push'], scope: 'team/api:1' }),
      ],
    });
    const client = new RawClient(emulator.url);
    await client.pushImage('team/api', '1', 'one');
    await client.pushImage('team/api', '2', 'two');
    expect((await client.send('DELETE', '/acr/v1/team%2Fapi')).status).toBe(202);
    await emulator.webhooksSettled();
    expect(actionsOf(deletions.received)).toEqual(['delete', 'delete']);
    expect(actionsOf(one.received)).toEqual(['push']);
  });

  it('are sent once, however they are received', async () => {
    const failing = await harness.receiver(() => ({ status: 503 }));
    const silent = await harness.receiver(() => undefined);
    const emulator = await harness.emulator({
      webhookTimeoutMs: 100,
      webhooks: [
        webhook(failing.url),
        webhook(silent.url, { name: 'silent' }),
        webhook('http://127.0.0.1:1/', { name: 'nobody' }),
      ],
    });
    await new RawClient(emulator.url).pushImage('team/api', '1');
    await emulator.webhooksSettled();
    expect(failing.received).toHaveLength(1);
    expect(silent.received).toHaveLength(1);
    const outcome = new Map(emulator.deliveries().map((delivery) => [delivery.webhook, delivery.status]));
    expect(Object.fromEntries(outcome)).toEqual({ watch01: 503, silent: undefined, nobody: undefined });
  });

  it('are tested by a ping, whatever they are for, and each alone', async () => {
    const pinged = await harness.receiver(() => ({ status: 200 }));
    const other = await harness.receiver(() => ({ status: 200 }));
    const emulator = await harness.emulator({
      webhooks: [
        webhook(pinged.url, { actions: ['delete'], scope: 'team/api:1' }),
        webhook(other.url, { name: 'other' }),
      ],
    });
    const client = new RawClient(emulator.url);
    const answer = await client.send('POST', '/emulator/webhooks/watch01/ping');
    await emulator.webhooksSettled();
    const id = fieldOf(await answer.json(), 'id');
    expect([answer.status, id]).toEqual([200, anyText()]);
    expect(pinged.received.map(({ body }) => body)).toEqual([
      { id, timestamp: textLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/), action: 'ping' },
    ]);
    expect(pinged.received[0]?.headers).toMatchObject({ 'x-webhook-token': 's3cret' });
    expect(other.received).toEqual([]);
    expect(emulator.deliveries()).toMatchObject([{ webhook: 'watch01', status: 200, event: { id } }]);
    expect((await client.send('POST', '/emulator/webhooks/nobody/ping')).status).toBe(404);
    const stranger = await fetch(new URL('/emulator/webhooks/watch01/ping', emulator.url), { method: 'POST' });
    expect(stranger.status).toBe(401);
  });

  it('do not hold up the push', async () => {
    const silent = await harness.receiver(() => undefined);
    const emulator = await harness.emulator({ webhooks: [webhook(silent.url)] });
    const started = performance.now();
    await new RawClient(emulator.url).pushImage('team/api', '1');
    expect(performance.now() - started).toBeLessThan(2_000);
    await emulator.close();
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});
