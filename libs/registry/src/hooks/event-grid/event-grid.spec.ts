import { containing, hookCall, hookTarget } from '../../spec-support';
import type { HookTarget } from '../hook-source';
import { consentTo, isValidationUrl } from './consent';
import { eventGridSource } from './event-grid';

const digest = `sha256:${'a'.repeat(64)}`;
const topic = '/subscriptions/S/resourceGroups/G/providers/Microsoft.ContainerRegistry/registries/contoso';

const data = {
  id: 'data-id',
  timestamp: '2026-08-20T10:11:12.123456789Z',
  action: 'push',
  location: 'westeurope',
  target: { mediaType: 'application/vnd.oci.image.index.v1+json', digest, repository: 'team/api', tag: '1.4.2' },
  request: { host: 'contoso.azurecr.io' },
};
const gridEvent = {
  id: 'grid-1',
  topic,
  subject: 'team/api:1.4.2',
  eventType: 'Microsoft.ContainerRegistry.ImagePushed',
  eventTime: '2026-08-20T10:11:13Z',
  data,
  dataVersion: '2.0',
  metadataVersion: '1',
};
const cloudEvent = {
  specversion: '1.0',
  id: 'grid-1',
  source: topic,
  subject: 'team/api:1.4.2',
  type: 'Microsoft.ContainerRegistry.ImagePushed',
  time: '2026-08-20T10:11:13Z',
  data,
};
const told = {
  source: 'eventgrid',
  eventId: 'grid-1',
  action: 'push',
  occurredAt: '2026-08-20T10:11:12.123456789Z',
  host: 'contoso.azurecr.io',
  region: 'westeurope',
  repository: 'team/api',
  tag: '1.4.2',
  digest,
  mediaType: 'application/vnd.oci.image.index.v1+json',
};

function read(document: unknown, headers: Record<string, string> = {}, target: Partial<HookTarget> = {}) {
  return eventGridSource.read(document, hookCall({ headers }), hookTarget(target));
}

describe('an event of Event Grid', () => {
  it.each([
    ['a list of one in its own schema', [gridEvent], {}],
    ['one alone in its own schema', gridEvent, {}],
    ['a structured CloudEvent', cloudEvent, { 'content-type': 'application/cloudevents+json' }],
    ['a batch of CloudEvents', [cloudEvent], { 'content-type': 'application/cloudevents-batch+json' }],
    [
      'a binary CloudEvent, its headers percent-encoded',
      data,
      {
        'ce-specversion': '1.0',
        'ce-id': 'grid%2D1',
        'ce-source': topic,
        'ce-type': cloudEvent.type,
        'ce-time': cloudEvent.time,
      },
    ],
  ])('is the same event as %s', (_name, document, headers) => {
    expect(read(document, headers)).toEqual({ ok: true, value: { events: [told], problems: [] } });
  });

  it.each([
    ['an image deleted', 'ImageDeleted', { ...data, action: 'delete', target: { digest, repository: 'a' } }, 'delete'],
    ['a repository deleted', 'ImageDeleted', { ...data, action: 'delete', target: { repository: 'a' } }, 'delete'],
    ['a chart pushed', 'ChartPushed', { ...data, action: 'chart_push' }, 'chart-push'],
    ['a chart deleted', 'ChartDeleted', { ...data, action: 'chart_delete' }, 'chart-delete'],
  ])('tells of %s', (_name, type, content, action) => {
    const event = { ...gridEvent, eventType: `Microsoft.ContainerRegistry.${type}`, data: content };
    expect(read([event])).toMatchObject({ ok: true, value: { events: [{ action }], problems: [] } });
  });

  it.each([
    ['of a registry of another name', `${topic}x`, {}],
    ['of a registry whose name only begins like ours', topic.replace('contoso', 'cont'), {}],
    ['of something that is no registry', topic.replace('ContainerRegistry/registries', 'Storage/storageAccounts'), {}],
    ['of the same name under another id', topic, { resourceId: topic.replace('/G/', '/H/') }],
    ['without a place', '', {}],
  ])('%s is a forgery', (_name, from, target) => {
    expect(read([{ ...gridEvent, topic: from }], {}, target)).toMatchObject({
      ok: false,
      error: { code: 'event-of-another-registry' },
    });
    expect(read({ ...cloudEvent, source: from }, {}, target)).toMatchObject({
      ok: false,
      error: { code: 'event-of-another-registry' },
    });
  });

  it.each([
    ['its id in capitals', {}, { resourceId: topic.toUpperCase() }],
    ['a login server with a hash', {}, { loginServer: 'contoso-d4e5f6.azurecr.io' }],
    ['a configured id and any address', {}, { resourceId: topic, loginServer: '127.0.0.1:5000' }],
  ])('is ours with %s', (_name, headers, target) => {
    expect(read([gridEvent], headers, target)).toMatchObject({ ok: true });
  });

  it('counts beside others of the same delivery that are broken, unknown or forged', () => {
    const others = [
      7,
      { ...gridEvent, id: undefined },
      { ...gridEvent, eventType: 'Microsoft.ContainerRegistry.ImageSigned' },
      { ...gridEvent, topic: 'elsewhere' },
      { ...gridEvent, eventType: 'Microsoft.ContainerRegistry.ImageDeleted' },
    ];
    expect(read([...others, gridEvent])).toMatchObject({
      ok: true,
      value: {
        events: [{ eventId: 'grid-1' }],
        problems: [
          { code: 'hook-malformed' },
          { code: 'hook-malformed', message: containing('event 1') },
          { code: 'hook-action-unknown', message: containing('ImageSigned') },
          { code: 'event-of-another-registry' },
          { code: 'hook-malformed', message: containing('its action is not') },
        ],
      },
    });
  });

  it.each([
    ['an empty list', []],
    ['too many', Array.from({ length: 5_001 }, () => gridEvent)],
    ['nothing', undefined],
    ['a version of CloudEvents that is not 1.0', { ...cloudEvent, specversion: '0.3' }],
  ])('is not %s', (_name, document) => {
    expect(read(document)).toMatchObject({ ok: false, error: { code: 'hook-malformed' } });
  });
});

describe('the handshake of Event Grid', () => {
  const validation = {
    ...gridEvent,
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    data: { validationCode: 'code-1', validationUrl: 'https://rp-westeurope.eventgrid.azure.net:553/subscriptions/x' },
  };

  it('asks for its code to be said again', () => {
    expect(read([validation])).toMatchObject({
      ok: true,
      value: { events: [{ action: 'subscription-validation' }], handshake: validation.data },
    });
  });

  it('of another registry is not answered', () => {
    expect(read([{ ...validation, topic: `${topic}x` }])).toMatchObject({ ok: false });
  });

  it('by address is for addresses of Event Grid alone', () => {
    expect(isValidationUrl(validation.data.validationUrl)).toBe(true);
    for (const address of [
      'http://rp-westeurope.eventgrid.azure.net/x',
      'https://eventgrid.azure.net.example.com/x',
      'https://example.com/eventgrid.azure.net',
      'https://me@rp.eventgrid.azure.net/x',
      'https://169.254.169.254/metadata',
      'file:///etc/passwd',
      'x',
    ]) {
      expect([address, isValidationUrl(address)]).toEqual([address, false]);
    }
  });

  it('of CloudEvents is granted to Event Grid and to nobody else', () => {
    expect(consentTo('eventgrid.azure.net')).toEqual({
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '*',
      allow: 'POST',
    });
    expect(consentTo('example.com')).toBeUndefined();
    expect(consentTo(undefined)).toBeUndefined();
  });
});
