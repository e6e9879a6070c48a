import { createHmac } from 'node:crypto';
import { hookCall, hookTarget } from '../spec-support';
import { dockerHubSource } from './docker-hub';
import { githubSource } from './github';
import { harborSource } from './harbor';
import { hookSources } from './sources';

const digest = `sha256:${'a'.repeat(64)}`;
const secret = 'a-secret-of-this-spec';
const nothing = { ok: true, value: { events: [], problems: [] } };

describe('Docker Hub', () => {
  const push = {
    callback_url: 'https://registry.hub.docker.com/u/team/api/hook/x/',
    push_data: { pushed_at: 1_786_000_000, pusher: 'somebody', tag: 'latest' },
    repository: {
      name: 'api',
      namespace: 'team',
      repo_name: 'team/api',
      repo_url: 'https://hub.docker.com/r/team/api',
    },
  };
  const read = (document: unknown) => dockerHubSource.read(document, hookCall(), hookTarget());

  it('tells of a tag, without its digest', () => {
    expect(read(push)).toMatchObject({
      ok: true,
      value: {
        events: [
          {
            source: 'dockerhub',
            action: 'push',
            repository: 'team/api',
            tag: 'latest',
            occurredAt: new Date(1_786_000_000_000).toISOString(),
          },
        ],
      },
    });
  });

  it('gives the same push the same id, and the next one another', () => {
    const idOf = (document: unknown) => {
      const result = read(document);
      return result.ok ? result.value.events[0]?.eventId : undefined;
    };
    expect(idOf(push)).toBe(idOf(structuredClone(push)));
    expect(idOf(push)).not.toBe(idOf({ ...push, push_data: { ...push.push_data, pushed_at: 1_786_000_001 } }));
  });

  it('can send its secret in the address alone', async () => {
    expect(await dockerHubSource.authenticate(hookCall({ querySecret: secret }), hookTarget())).toBeUndefined();
    expect(await dockerHubSource.authenticate(hookCall({ querySecret: 'x' }), hookTarget())).toBeDefined();
    expect(await dockerHubSource.authenticate(hookCall({ querySecret: '' }), hookTarget({ secret: '' }))).toBeDefined();
  });

  it('is refused without a tag', () => {
    expect(read({ ...push, push_data: {} })).toMatchObject({ ok: false, error: { code: 'hook-malformed' } });
  });
});

describe('GitHub', () => {
  const published = {
    name: 'api',
    namespace: 'Team',
    package_type: 'CONTAINER',
    owner: { login: 'Team' },
    package_version: {
      version: digest,
      updated_at: '2026-08-20T10:11:12Z',
      container_metadata: { tag: { name: '1.4.2', digest } },
    },
  };
  const call = hookCall({ headers: { 'x-github-delivery': 'delivery-1', 'x-github-event': 'package' } });
  const read = (document: unknown) => githubSource.read(document, call, hookTarget());
  const told = { eventId: 'delivery-1', action: 'push', repository: 'team/api', digest, host: 'ghcr.io' };

  it.each([
    ['package', { action: 'published', package: published }],
    ['registry_package', { action: 'published', registry_package: published }],
  ])('tells of what is published as %s', (_name, document) => {
    expect(read(document)).toMatchObject({ ok: true, value: { events: [{ ...told, tag: '1.4.2' }] } });
  });

  it('tells of what has no tag by its digest', () => {
    const untagged = { ...published.package_version, container_metadata: { tag: { name: '', digest: '' } } };
    const result = read({ action: 'published', package: { ...published, package_version: untagged } });
    expect(result).toMatchObject({ ok: true, value: { events: [told] } });
  });

  it('has no time where it says the year 1, as it does', () => {
    const version = { ...published.package_version, updated_at: '0001-01-01T00:00:00Z' };
    const document = { package: { ...published, package_version: version, updated_at: '2026-01-01T00:00:00Z' } };
    const result = read({ action: 'published', ...document });
    const [event] = result.ok ? result.value.events : [];
    expect(event).toMatchObject(told);
    expect(event).not.toHaveProperty('occurredAt');
  });

  it.each(['ghcr.io/team/group/api:1.4.2', 'ghcr.io/Team/group/api:', 'ghcr.io/team/group/api'])(
    'names the repository by what it is pulled by, %s',
    (url) => {
      const version = { ...published.package_version, package_url: url };
      const document = { ...published, namespace: 'Team/source', ecosystem: 'CONTAINER', package_type: undefined };
      const result = read({ action: 'create', package: { ...document, package_version: version } });
      expect(result).toMatchObject({ ok: true, value: { events: [{ ...told, repository: 'team/group/api' }] } });
    },
  );

  it('says nothing by a package of another kind, and pings', () => {
    expect(read({ action: 'published', package: { ...published, package_type: 'npm' } })).toEqual(nothing);
    const ping = hookCall({ headers: { 'x-github-delivery': 'd', 'x-github-event': 'ping' } });
    expect(githubSource.read({ zen: '' }, ping, hookTarget())).toMatchObject({
      value: { events: [{ action: 'ping', eventId: 'd' }] },
    });
  });

  it('signs what it sends, and nothing else is accepted', async () => {
    const body = Buffer.from('{"zen":"é"}');
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const signed = (value: string | undefined, more = hookTarget()) =>
      githubSource.authenticate(hookCall({ body, headers: { 'x-hub-signature-256': value } }), more);
    expect(await signed(signature)).toBeUndefined();
    expect(await signed(signature.replace(/.$/, '!'))).toMatchObject({ code: 'webhook-signature-wrong' });
    expect(await signed(undefined)).toBeDefined();
    // A registry without a secret accepts nobody, whoever signs with the empty one.
    const empty = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`;
    expect(await signed(empty, hookTarget({ secret: undefined }))).toBeDefined();
    expect(await signed(empty, hookTarget({ secret: '' }))).toBeDefined();
    // The secret itself is no signature.
    expect(await githubSource.authenticate(hookCall({ body, querySecret: secret }), hookTarget())).toBeDefined();
  });
});

describe('Harbor', () => {
  const resource = { digest, tag: '1.4.2', resource_url: 'harbor.example.com/team/api:1.4.2' };
  const content = { resources: [resource], repository: { name: 'api', namespace: 'team', repo_full_name: 'team/api' } };
  const push = { type: 'PUSH_ARTIFACT', occur_at: 1_786_000_000, operator: 'admin', event_data: content };
  const cloud = {
    specversion: '1.0',
    id: 'harbor-1',
    source: '/projects/1/webhook/policies/3',
    type: 'harbor.artifact.pushed',
    time: '2026-08-20T10:11:12Z',
    data: content,
  };
  const read = (document: unknown) => harborSource.read(document, hookCall(), hookTarget());
  const told = { action: 'push', repository: 'team/api', tag: '1.4.2', digest, host: 'harbor.example.com' };

  it('says the same in both forms', () => {
    expect(read(push)).toMatchObject({ ok: true, value: { events: [told] } });
    expect(read(cloud)).toMatchObject({ ok: true, value: { events: [{ ...told, eventId: 'harbor-1' }] } });
  });

  // As Harbor writes it: src/controller/event/handler/webhook/artifact/artifact.go
  it.each(['PUSH_ARTIFACT', 'DELETE_ARTIFACT'])('has the digest for a tag where there is none, by %s', (type) => {
    const untagged = { digest, tag: digest, resource_url: `harbor.example.com/team/api@${digest}` };
    const result = read({ ...push, type, event_data: { ...content, resources: [untagged] } });
    const [event] = result.ok ? result.value.events : [];
    expect(event).toMatchObject({ repository: 'team/api', digest });
    expect(event).not.toHaveProperty('tag');
  });

  it('tells of each resource, whose ids differ, and of a deletion', () => {
    const two = { ...content, resources: [resource, { ...resource, tag: 'latest' }, { tag: 'a b' }] };
    const result = read({ ...push, type: 'DELETE_ARTIFACT', event_data: two });
    expect(result).toMatchObject({ value: { events: [{ action: 'delete' }, { tag: 'latest' }], problems: [{}] } });
    expect(new Set(result.ok ? result.value.events.map((event) => event.eventId) : []).size).toBe(2);
  });

  it('says nothing by a pull or a scan of its own', () => {
    expect(read({ ...push, type: 'PULL_ARTIFACT' })).toEqual(nothing);
    expect(read({ ...cloud, type: 'harbor.scan.completed' })).toEqual(nothing);
  });

  it.each([[{ authorization: secret }], [{ authorization: `Bearer ${secret}` }]])(
    'sends its header as it was written: %j',
    async (headers) => {
      expect(await harborSource.authenticate(hookCall({ headers }), hookTarget())).toBeUndefined();
    },
  );
});

it('no two sources share a word', () => {
  expect(new Set(hookSources.map((source) => source.id)).size).toBe(hookSources.length);
});
