import type { EmulatorEventSubscription } from '../options';
import { fieldOf, Harness, RawClient, type Answer } from '../spec-support';

const harness = new Harness();
afterAll(() => harness.close());

const resourceId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso';
const notifications = { 'aeg-event-type': 'Notification' };

/** A subscriber that agrees and then answers with each status in turn, the last for ever. */
async function subscriber(...statuses: readonly number[]) {
  let asked = 0;
  return harness.receiver((received): Answer => {
    if (received.method === 'OPTIONS') {
      return { status: 200, headers: { 'webhook-allowed-origin': 'eventgrid.azure.net' } };
    }
    const [event] = Array.isArray(received.body) ? (received.body as readonly unknown[]) : [];
    const code = fieldOf(fieldOf(event, 'data'), 'validationCode');
    if (code !== undefined) return { status: 200, body: JSON.stringify({ validationResponse: code }) };
    asked += 1;
    return { status: statuses[Math.min(asked, statuses.length) - 1] ?? 200 };
  });
}

async function registry(subscriptions: readonly EmulatorEventSubscription[], more: object = {}) {
  const options = { loginServer: 'contoso.azurecr.io', resourceId, eventSubscriptions: subscriptions, ...more };
  const emulator = await harness.emulator(options);
  return { emulator, client: new RawClient(emulator.url) };
}

function to(url: string, more: Partial<EmulatorEventSubscription> = {}): EmulatorEventSubscription {
  return { name: 'watch', url, schema: 'eventgrid', retryDelaysMs: [1, 1, 1], ...more };
}

describe('an event subscription', () => {
  it('in the schema of Event Grid agrees first, then hears in lists of one', async () => {
    const receiver = await subscriber();
    const { emulator, client } = await registry([to(receiver.url, { headers: { 'x-webhook-token': 's3cret' } })]);
    const { digest } = await client.pushImage('team/api', '1.4.2');
    await emulator.webhooksSettled();
    const [handshake, push] = receiver.received;
    expect(handshake?.headers).toMatchObject({
      'aeg-event-type': 'SubscriptionValidation',
      'x-webhook-token': 's3cret',
    });
    expect(push?.headers).toMatchObject({
      ...notifications,
      'aeg-subscription-name': 'WATCH',
      'aeg-delivery-count': '0',
    });
    const target = { repository: 'team/api', tag: '1.4.2', digest };
    expect(push?.body).toMatchObject([
      {
        topic: resourceId,
        subject: 'team/api:1.4.2',
        eventType: 'Microsoft.ContainerRegistry.ImagePushed',
        data: { action: 'push', target, request: { host: 'contoso.azurecr.io' } },
      },
    ]);
    expect(await emulator.handshakes()).toEqual({ watch: 'active' });
  });

  it('in the schema of CloudEvents is asked with OPTIONS, then hears one by one', async () => {
    const receiver = await subscriber();
    const { emulator, client } = await registry([to(receiver.url, { schema: 'cloudevents' })]);
    const { digest } = await client.pushImage('team/api', '1');
    await client.send('DELETE', `/v2/team/api/manifests/${digest}`);
    await emulator.webhooksSettled();
    const [handshake, ...events] = receiver.received;
    expect(handshake).toMatchObject({
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
    });
    const told = events.filter(({ method }) => method === 'POST');
    expect(told[0]?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const bodies = told.map(({ body }) => [
      fieldOf(body, 'specversion'),
      fieldOf(body, 'source'),
      fieldOf(body, 'type'),
    ]);
    expect(bodies.sort()).toEqual([
      ['1.0', resourceId, 'Microsoft.ContainerRegistry.ImageDeleted'],
      ['1.0', resourceId, 'Microsoft.ContainerRegistry.ImagePushed'],
    ]);
  });

  it.each([
    ['is tried again until it is taken', [503, 500, 202], 3],
    ['is given up after the last wait', [503], 4],
    ['is not tried again after 400', [400], 1],
    ['is not tried again after 403', [403], 1],
  ])('%s', async (_name, statuses, attempts) => {
    const receiver = await subscriber(...statuses);
    const { emulator, client } = await registry([to(receiver.url)]);
    await client.pushImage('team/api', '1');
    await emulator.webhooksSettled();
    const sent = receiver.received.filter(({ headers }) => headers['aeg-event-type'] === 'Notification');
    expect(sent.map(({ headers }) => headers['aeg-delivery-count'])).toEqual([...Array(attempts).keys()].map(String));
  });

  it('of who does not agree hears nothing, until the address of the question is asked for', async () => {
    const receiver = await harness.receiver(() => ({ status: 202 }));
    const { emulator, client } = await registry([to(receiver.url)]);
    await client.pushImage('team/api', '1');
    await emulator.webhooksSettled();
    expect(receiver.received.every(({ headers }) => headers['aeg-event-type'] === 'SubscriptionValidation')).toBe(true);
    const [event] = receiver.received[0]?.body as readonly unknown[];
    const address = fieldOf(fieldOf(event, 'data'), 'validationUrl');
    expect((await fetch(String(address))).status).toBe(200);
    expect(await emulator.handshakes()).toEqual({ watch: 'active' });
    expect((await fetch(`${emulator.url}/emulator/event-grid/validate?id=x`)).status).toBe(404);
  });
});

describe('events on their way', () => {
  const count = 60;

  /** The tags that were told, in the order in which they came. */
  async function told(eventDisturbances: object): Promise<{ tags: readonly unknown[]; counts: object }> {
    const receiver = await harness.receiver(() => ({ status: 200 }));
    const webhooks = [{ name: 'hook', url: receiver.url, headers: {}, actions: ['push'] as const, scope: '' }];
    const emulator = await harness.emulator({ webhooks, eventDisturbances });
    const client = new RawClient(emulator.url);
    const { bytes } = await client.pushImage('team/api', '0');
    for (let tag = 1; tag < count; tag += 1) {
      const headers = { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' };
      await client.send('PUT', `/v2/team/api/manifests/${String(tag)}`, { headers, body: bytes });
    }
    await emulator.webhooksSettled();
    const tags = receiver.received.map(({ body }) => fieldOf(fieldOf(body, 'target'), 'tag'));
    return { tags, counts: emulator.eventDisturbances() };
  }

  it('are lost and doubled as often as was asked for, the same ones for the same seed', async () => {
    const rates = { seed: 7, lost: 0.3, doubled: 0.2 };
    const [first, second] = [await told(rates), await told(rates)];
    expect(first.counts).toEqual(second.counts);
    expect([...first.tags].sort()).toEqual([...second.tags].sort());
    const { lost } = first.counts as { lost: number };
    expect(lost).toBeGreaterThan(count * 0.15);
    expect(lost).toBeLessThan(count * 0.45);
    expect(new Set(first.tags).size).toBe(count - lost);
    expect(first.tags.length).toBeGreaterThan(count - lost);
  });

  it('are overtaken by the next one, and none is missing', async () => {
    const { tags } = await told({ seed: 1, reordered: 0.5 });
    const numbers = tags.map(Number);
    expect([...numbers].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
    expect(numbers).not.toEqual([...numbers].sort((a, b) => a - b));
  });

  it('are disturbed on demand while it runs, and each attempt is listed as ACR lists it', async () => {
    const receiver = await harness.receiver(() => ({ status: 418 }));
    const webhooks = [{ name: 'hook', url: receiver.url, headers: {}, actions: ['push'] as const, scope: '' }];
    const emulator = await harness.emulator({ webhooks });
    const client = new RawClient(emulator.url);
    const set = (body: string) => client.send('PUT', '/emulator/event-disturbances', { body });
    expect((await set('{"lost":1}')).status).toBe(200);
    await client.pushImage('team/api', 'lost');
    expect((await set('{}')).status).toBe(200);
    await client.pushImage('team/api', 'told');
    await emulator.webhooksSettled();
    expect(await (await client.send('GET', '/emulator/event-disturbances')).json()).toMatchObject({ lost: 1 });
    expect(await (await client.send('GET', '/emulator/deliveries')).json()).toMatchObject({
      value: [
        {
          eventRequestMessage: { content: { target: { tag: 'told' } }, method: 'POST', requestUri: receiver.url },
          eventResponseMessage: { statusCode: '418' },
        },
      ],
    });
    expect((await set('{"lost":2}')).status).toBe(400);
    expect((await fetch(`${emulator.url}/emulator/deliveries`)).status).toBe(401);
  });
});
