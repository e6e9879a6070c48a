import { containing, hookCall, hookTarget } from '../spec-support';
import { acrSource } from './acr';

const digest = `sha256:${'a'.repeat(64)}`;
const push = {
  id: '5b1c4a6e-0000-4000-8000-000000000000',
  timestamp: '2026-08-20T10:11:12.123456789Z',
  action: 'push',
  target: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    size: 1576,
    digest,
    length: 1576,
    repository: 'team/api',
    tag: '1.4.2',
  },
  request: { id: 'uuid', host: 'contoso.azurecr.io', method: 'PUT', useragent: 'docker/27' },
};

/** The one event of a webhook, or why it is refused. */
function read(body: unknown) {
  const result = acrSource.read(body, hookCall(), hookTarget());
  return result.ok ? { ok: true, value: result.value.events[0] } : result;
}

describe('an ACR webhook', () => {
  it("of a push is an event with the sender's own id and time", () => {
    expect(read(push)).toEqual({
      ok: true,
      value: {
        source: 'acr',
        eventId: push.id,
        action: 'push',
        occurredAt: push.timestamp,
        host: 'contoso.azurecr.io',
        repository: 'team/api',
        tag: '1.4.2',
        digest,
        mediaType: push.target.mediaType,
      },
    });
  });

  it.each([
    ['a push by digest', { ...push, target: { ...push.target, tag: undefined } }, { action: 'push', digest }],
    [
      'a deletion',
      { ...push, action: 'delete', target: { digest, repository: 'a' } },
      { action: 'delete', repository: 'a' },
    ],
    ['a quarantine', { ...push, action: 'quarantine' }, { action: 'quarantine', tag: '1.4.2' }],
    [
      'a chart',
      {
        ...push,
        action: 'chart_push',
        target: { digest, repository: 'repo', tag: 'wordpress-5.4.0.tgz', name: 'wordpress' },
      },
      { action: 'chart-push', tag: 'wordpress-5.4.0.tgz' },
    ],
    ['unknown keys', { ...push, more: { of: 'it' } }, { action: 'push' }],
    [
      'little: action, repository and tag',
      { action: 'push', target: { repository: 'a', tag: 'b' } },
      { repository: 'a', tag: 'b' },
    ],
    [
      'nulls for what is not there',
      { ...push, target: { repository: 'team/api', digest, tag: null, mediaType: null }, request: null },
      { action: 'push', repository: 'team/api', digest },
    ],
    ['odd optional facts', { ...push, request: 7, timestamp: 'yesterday' }, { action: 'push', digest }],
    [
      'a replica as the host',
      { ...push, request: { host: 'contoso.westeurope.geo.azurecr.io' } },
      { host: 'contoso.azurecr.io', region: 'westeurope' },
    ],
    [
      'the deletion of a repository',
      { ...push, action: 'delete', target: { repository: 'team/api' } },
      { action: 'delete', repository: 'team/api' },
    ],
  ])('with %s is understood', (_name, body, expected) => {
    expect(read(body)).toMatchObject({ ok: true, value: expected });
  });

  it('of a ping has no content', () => {
    expect(read({ id: 'x', action: 'ping' })).toEqual({
      ok: true,
      value: { source: 'acr', eventId: 'x', action: 'ping' },
    });
  });

  it('without an id gets one that the same body gets again', () => {
    const first = read({ ...push, id: undefined });
    const second = read({ ...push, id: undefined });
    const other = read({ ...push, id: undefined, timestamp: '2026-08-20T10:11:13Z' });
    expect(first).toEqual(second);
    expect(first).not.toEqual(other);
  });

  it.each([
    ['nothing', undefined, 'hook-malformed', 'expected object'],
    ['a list', [push], 'hook-malformed', 'expected object'],
    ['no action', { ...push, action: undefined }, 'hook-malformed', 'action'],
    ['an unknown action', { ...push, action: 'explode' }, 'hook-action-unknown', 'explode'],
    ['no target', { ...push, target: undefined }, 'hook-malformed', 'target of the push webhook'],
    ['no repository', { ...push, target: { digest } }, 'hook-malformed', 'repository'],
    ['a repository that is none', { ...push, target: { repository: '../x', digest } }, 'hook-malformed', 'repository'],
    ['neither tag nor digest', { ...push, target: { repository: 'a' } }, 'hook-malformed', 'neither digest nor tag'],
    ['a digest that is none', { ...push, target: { repository: 'a', digest: 'sha256:1' } }, 'hook-malformed', 'digest'],
    ['a tag with a line break', { ...push, target: { repository: 'a', tag: 'a\nb' } }, 'hook-malformed', 'tag'],
  ])('with %s is refused with the reason', (_name, body, code, reason) => {
    expect(read(body)).toEqual({ ok: false, error: { code, message: containing(reason) } });
  });
});
