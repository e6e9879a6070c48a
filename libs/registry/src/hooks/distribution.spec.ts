import { containing, hookCall, hookTarget } from '../spec-support';
import { distributionSource } from './distribution';

const when = { occurredAt: '2026-08-20T10:11:12.123456789Z', host: 'registry.internal:5000' };
const digest = `sha256:${'b'.repeat(64)}`;

function event(more: object): object {
  return {
    id: 'event-1',
    timestamp: '2026-08-20T10:11:12.123456789Z',
    action: 'push',
    target: {
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      digest,
      repository: 'team/api',
      tag: '1.0',
    },
    request: { host: 'registry.internal:5000' },
    ...more,
  };
}

function read(body: unknown) {
  return distributionSource.read(body, hookCall(), hookTarget());
}

describe('a distribution notification', () => {
  it('gives its events, and leaves out those that concern no manifest', () => {
    const events = [
      event({}),
      event({ action: 'pull' }),
      event({ action: 'mount' }),
      event({ target: { mediaType: 'application/octet-stream', digest, repository: 'team/api' } }),
      event({ id: 'event-2', action: 'delete', target: { digest, repository: 'team/api', tag: '' } }),
    ];
    expect(read({ events })).toEqual({
      ok: true,
      value: {
        problems: [],
        events: [
          {
            source: 'distribution',
            eventId: 'event-1',
            action: 'push',
            ...when,
            repository: 'team/api',
            tag: '1.0',
            digest,
            mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
          },
          { source: 'distribution', eventId: 'event-2', action: 'delete', repository: 'team/api', digest, ...when },
        ],
      },
    });
  });

  it('keeps its good events beside a bad one, and names the bad one', () => {
    const events = [event({ target: { repository: 'team/api' } }), event({}), 7];
    expect(read({ events })).toMatchObject({
      ok: true,
      value: {
        events: [{ eventId: 'event-1' }],
        problems: [
          { message: containing('event 0 of the notification') },
          { message: containing('event 2 of the notification') },
        ],
      },
    });
  });

  it.each([[undefined], [{}], [{ events: [] }], [{ events: 'many' }], [[]]])('%j is none', (body) => {
    expect(read(body)).toMatchObject({ ok: false, error: { code: 'hook-malformed' } });
  });
});
