import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startAcrEmulator,
  startEntraEmulator,
  startServiceBusEmulator,
  type AcrEmulator,
  type EmulatorAccess,
  type EntraEmulator,
  type ServiceBusEmulator,
} from '@tidewaiter/acr-emulator';
import type { RegistryLogin } from '@tidewaiter/contracts';
import { createCertificate, describeWithTool, trustCertificate } from '@tidewaiter/testing';
import { Pusher, StandIns } from '../spec-support';
import { checkRegistry, type QueueLook, type RegistryCheckInput } from './check-registry';

const admin = { username: 'contoso', password: 'a-password' };
const reader = 'Container Registry Repository Reader';
const lister = 'Container Registry Repository Catalog Lister';

describeWithTool('openssl', 'the check of a registry', () => {
  const servers = new StandIns();
  let directory: string;
  let entra: EntraEmulator;
  let emulator: AcrEmulator;
  let access: EmulatorAccess;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-doctor-'));
    const tls = createCertificate();
    entra = await startEntraEmulator({ tenantId: 't', tls, managedIdentities: [{ subject: 'machine' }] });
    access = { users: [admin], identities: [{ subject: 'machine', roles: [{ role: 'AcrPull' }] }], entra };
    const options = {
      port: 0,
      loginServer: 'contoso.azurecr.io',
      dataEndpoint: true,
      dataDir: join(directory, 'data'),
    };
    emulator = await startAcrEmulator({ ...options, ...access });
    await new Pusher(emulator.url, admin).image('team/api', '1');
    process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = entra.metadataUrl;
  });

  afterEach(() => emulator.setAccess(access));

  afterAll(async () => {
    Reflect.deleteProperty(process.env, 'AZURE_POD_IDENTITY_AUTHORITY_HOST');
    await Promise.all([emulator.close(), entra.close(), servers.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  const asMachine: RegistryLogin = { kind: 'managed-identity' };

  async function check(change: Partial<RegistryCheckInput> = {}) {
    const allowedHosts = [new URL(emulator.dataUrl ?? '').host];
    const registry = emulator.url;
    const result = await checkRegistry({ registry, login: asMachine, cloud: 'public', allowedHosts, ...change });
    const failed = result.steps.find(({ outcome }) => outcome === 'failed');
    return { ...result, failed, outcomes: result.steps.map(({ step, outcome }) => `${step} ${outcome}`) };
  }

  function as(change: Partial<EmulatorAccess>): void {
    emulator.setAccess({ ...access, ...change });
  }

  it('says of each step what was seen', async () => {
    const { ok, steps, outcomes } = await check({ lastDelivery: { at: '2026-11-26T10:00:00Z', state: 'processed' } });
    expect(outcomes).toEqual([
      'resolve skipped',
      'reach ok',
      'tls skipped',
      'authenticate ok',
      'list ok',
      'manifest ok',
      'blob ok',
      'referrers ok',
      'webhook ok',
    ]);
    expect(ok).toBe(true);
    const seen = Object.fromEntries(steps.map(({ step, saw }) => [step, saw]));
    expect(seen['blob']).toContain(new URL(emulator.dataUrl ?? '').host);
    expect(seen['manifest']).toContain('team/api:1 is sha256:');
  });

  it('asks for no list where the repositories are named, and says when no webhook came', async () => {
    as({ roleAssignmentMode: 'rbac-abac', identities: [{ subject: 'machine', roles: [{ role: reader }] }] });
    const { outcomes, failed } = await check({ repositories: ['team/api'], lastDelivery: 'none' });
    expect(outcomes).toContain('list skipped');
    expect(outcomes).toContain('referrers ok');
    expect(failed).toMatchObject({ step: 'webhook', advice: expect.stringContaining('connect azure') as unknown });
  });

  it('pulls from what is known where nothing can be listed', async () => {
    as({ roleAssignmentMode: 'rbac-abac', identities: [{ subject: 'machine', roles: [{ role: reader }] }] });
    const { outcomes } = await check({ known: ['team/gone', 'team/api'] });
    expect(outcomes).toEqual(expect.arrayContaining(['list failed', 'manifest ok', 'blob ok']));
    expect((await check({ repository: 'team/gone' })).outcomes).toContain('manifest failed');
  });

  describe('looks at the queue that events are fetched from', () => {
    const key = 'key-of-the-listener';
    let bus: ServiceBusEmulator;
    beforeAll(async () => {
      const keys = [
        { name: 'listener', key },
        { name: 'sender', key, rights: ['Send' as const] },
      ];
      const tls = createCertificate();
      trustCertificate(tls);
      bus = await startServiceBusEmulator({ tls, keys });
    });
    afterAll(() => bus.close());
    const onQueue = async (change: Partial<RegistryCheckInput>) =>
      (await check(change)).steps.filter(({ step }) => step === 'event-queue' || step === 'webhook');

    it('and takes nothing from it', async () => {
      bus.put('events', { id: 'an event' });
      const [queue, webhook] = await onQueue({ eventQueueUrl: bus.connectionString('events'), lastDelivery: 'none' });
      expect(queue).toMatchObject({
        outcome: 'ok',
        saw: expect.stringMatching(/events lets us fetch; a message waits/) as unknown,
      });
      expect(webhook).toMatchObject({ outcome: 'skipped', saw: 'events are fetched from a queue' });
      expect(bus.size('events')).toBe(1);
    });

    it.each([
      ['events', 'sender', /does not let us in.*'Listen' claim/, 'connect azure --queue'],
      ['nowhere', 'listener', /There is no queue/, 'Make the queue'],
    ])('and says what is wrong with the queue %s for the %s', async (entity, name, saw, advice) => {
      const [queue] = await onQueue({ eventQueueUrl: bus.connectionString(entity, name) });
      expect(queue).toMatchObject({
        saw: expect.stringMatching(saw) as unknown,
        advice: expect.stringContaining(advice) as unknown,
      });
      expect(JSON.stringify(queue)).not.toContain(key);
    });

    it('and names an address where nobody answers', async () => {
      const [queue] = await onQueue({ eventQueueUrl: 'http://127.0.0.1:1/account/events?sig=a-signature' });
      expect(queue).toMatchObject({ outcome: 'failed', advice: expect.stringContaining('port 443') as unknown });
      expect(JSON.stringify(queue)).not.toContain('a-signature');
    });

    it('believes what the receivers saw', async () => {
      const eventQueueUrl = 'https://contoso.queue.core.windows.net/events';
      const place = 'contoso.queue.core.windows.net/events';
      const seen = (look: Partial<QueueLook>) =>
        onQueue({ eventQueueUrl, lastLook: { place, readAt: null, messageAt: null, refusal: null, ...look } });
      const refusal = {
        code: 'event-queue-denied',
        message: 'the identity needs the role "Storage Queue Data Message Processor"',
      };
      expect(await seen({ readAt: new Date() })).toMatchObject([{ outcome: 'ok' }, {}]);
      expect(await seen({ readAt: new Date(), refusal })).toMatchObject([
        { outcome: 'failed', saw: refusal.message },
        {},
      ]);
      expect(await seen({ readAt: new Date(0) })).toMatchObject([
        { outcome: 'failed', advice: expect.stringContaining('is one running') as unknown },
        {},
      ]);
    });
  });

  describe('names what is missing', () => {
    it.each<[string, Partial<EmulatorAccess>, string, string]>([
      ['a role', { identities: [] }, 'authenticate', 'the role "AcrPull"'],
      [
        'the role that lists, with ABAC',
        { roleAssignmentMode: 'rbac-abac', identities: [{ subject: 'machine', roles: [{ role: reader }] }] },
        'list',
        lister,
      ],
      [
        'the role that reads, with ABAC',
        { roleAssignmentMode: 'rbac-abac', identities: [{ subject: 'machine', roles: [{ role: lister }] }] },
        'manifest',
        `"${reader}"`,
      ],
      [
        'a condition that covers the repository',
        {
          roleAssignmentMode: 'rbac-abac',
          identities: [{ subject: 'machine', roles: [{ role: lister }, { role: reader, repositories: ['other/*'] }] }],
        },
        'manifest',
        'a condition that covers the repository',
      ],
    ])('%s', async (_name, change, step, words) => {
      as(change);
      const { failed } = await check();
      expect(failed).toMatchObject({ step, advice: expect.stringContaining(words) as unknown });
    });

    it.each<[string, RegistryLogin, string]>([
      ['a password', { kind: 'basic', username: 'contoso', password: 'wrong' }, 'az acr token credential generate'],
      ['anonymous pull', { kind: 'anonymous' }, '--anonymous-pull-enabled'],
      ['the managed identity', { kind: 'managed-identity', clientId: 'none' }, 'assign it to the machine'],
      [
        'a federated token',
        { kind: 'workload-identity', tenantId: 't', clientId: 'c', tokenFile: '/nowhere' },
        'label it',
      ],
    ])('%s', async (_name, login, words) => {
      const { failed } = await check({ login });
      expect(failed).toMatchObject({ step: 'authenticate', advice: expect.stringContaining(words) as unknown });
    });

    it('a right of a repository-scoped token', async () => {
      as({ tokens: [{ name: 'watcher', passwords: [{ value: 'p' }], scopeMap: { 'team/*': ['content/read'] } }] });
      const login: RegistryLogin = { kind: 'basic', username: 'watcher', password: 'p' };
      expect((await check({ login })).failed).toMatchObject({
        step: 'list',
        advice: expect.stringContaining('never lists repositories') as unknown,
      });
      const other = await check({ login, repositories: ['other/app'] });
      expect(other.failed).toMatchObject({ step: 'manifest', advice: expect.stringContaining('scope map') as unknown });
    });
  });

  describe('names the network', () => {
    it('where a name is not known, or nobody listens', async () => {
      const resolve = () => Promise.reject(new Error('getaddrinfo ENOTFOUND contoso.azurecr.io'));
      // A name of this machine, so that nobody else is asked.
      const { steps } = await check({ registry: 'contoso.localhost:1', resolve });
      expect(steps).toMatchObject([
        { step: 'resolve', outcome: 'failed', advice: expect.stringContaining('privatelink.') as unknown },
        { step: 'reach', outcome: 'failed', advice: expect.stringContaining('firewall') as unknown },
        { step: 'authenticate', outcome: 'skipped' },
        { step: 'list' },
        { step: 'manifest' },
        { step: 'blob' },
        { step: 'referrers' },
        { step: 'webhook' },
      ]);
      const privately = await check({ resolve: () => Promise.resolve(['10.1.2.3']), registry: 'contoso.localhost:1' });
      expect(privately.steps[0]?.saw).toContain('private address');
    });

    it('where a rule refuses this address', async () => {
      const refusing = await servers.start((_request, response) => response.writeHead(403).end());
      expect((await check({ registry: refusing.host })).failed).toMatchObject({
        step: 'reach',
        advice: expect.stringContaining('az acr network-rule add') as unknown,
      });
    });

    it('where the certificate is not believed', async () => {
      // The certificate of the Entra emulator, which nobody here was told to trust.
      expect((await check({ registry: entra.authorityUrl })).failed).toMatchObject({
        step: 'tls',
        advice: expect.stringContaining('NODE_EXTRA_CA_CERTS') as unknown,
      });
    });

    it('where blobs come from a host that was not planned, or from one that is not reached', async () => {
      const document = JSON.stringify({ config: { mediaType: 'a/b', digest: `sha256:${'0'.repeat(64)}`, size: 3 } });
      const registryTo = (location: string) =>
        servers.start((request, response) => {
          const url = request.url ?? '';
          if (url.includes('/blobs/')) response.writeHead(307, { location }).end();
          else if (url.includes('/manifests/')) response.writeHead(200, { 'content-type': 'a/b' }).end(document);
          else if (url.includes('/referrers/')) response.writeHead(404).end();
          else response.end(JSON.stringify({ repositories: ['team/api'], tags: ['1'] }));
        });
      const elsewhere = await check({ registry: (await registryTo('https://elsewhere.example/x')).host });
      expect(elsewhere.failed).toMatchObject({
        step: 'blob',
        advice: expect.stringContaining('allowedHosts') as unknown,
      });
      expect(elsewhere.steps.at(-2)).toMatchObject({ step: 'referrers', outcome: 'ok' });
      const closed = await check({ registry: (await registryTo('http://127.0.0.1:1/x')).host });
      expect(closed.failed).toMatchObject({
        step: 'blob',
        advice: expect.stringContaining('--data-endpoint-enabled') as unknown,
      });
    });
  });
});
