import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAcrEmulator, type AcrEmulator, type EmulatorUser } from '@tidewaiter/acr-emulator';
import { queueNames, type ActuatorRules } from '@tidewaiter/config';
import { actionGauges, CarryOutActions, OrderAction, WakeActuator } from '@tidewaiter/features/actuator';
import { markVouchedFor, recountSuppressed } from '@tidewaiter/features/matches';
import { silentLogger } from '@tidewaiter/kit';
import { createRegistryClient } from '@tidewaiter/registry';
import { pushSample, sampleImages, type SampleImage } from '@tidewaiter/samples';
import { listen, until, WorkSite, type Listener } from './testing/work-site';

const secret = 'a-secret-of-this-test';
const pusher = { username: 'pusher', password: 'pusher-password' };
const scanner = { username: 'scanner', password: 'scanner-password' };
const cluster = { username: 'cluster', password: 'cluster-password' };

const reads = 'repository:*:pull,metadata_read';
/** The rights of the roles that the documentation asks for, where an identity is given by a password. */
const users: readonly EmulatorUser[] = [
  pusher,
  { ...scanner, scopes: [`${reads},metadata_write,quarantine_read,quarantine_write`, 'registry:catalog:*'] },
  { ...cluster, scopes: [reads] },
];

const rules: ActuatorRules = {
  mode: 'on',
  actions: ['quarantine', 'disable-pull'],
  holdFrom: 'critical',
  holdExploited: true,
  holdMalicious: true,
  releaseUncovered: false,
  alertMinutes: 30,
};

let dir: string;
let emulator: AcrEmulator;
let receiver: Listener;
let site: WorkSite;

function registryNamed(name: string, actuator: ActuatorRules | undefined) {
  const endpoint = emulator.url;
  const credentials = { kind: 'basic', ...scanner } as const;
  return { name, kind: 'acr', endpoint, credentials, webhookSecret: secret, allowInsecure: true, actuator } as const;
}

function sample(repository: string, tag: string): SampleImage {
  const found = sampleImages.find((image) => image.repository === repository && image.tag === tag);
  if (found === undefined) throw new Error('there is no such sample');
  return found;
}

async function push(image: SampleImage): Promise<string> {
  return pushSample({ url: emulator.url, ...pusher }, image);
}

/** How a pull by somebody who runs images ends. */
async function pull(repository: string, reference: string): Promise<string> {
  const client = createRegistryClient({
    registry: emulator.url,
    credentials: { kind: 'basic', ...cluster },
    attempts: 1,
  });
  return client.manifest(repository, reference).then(
    () => 'pulled',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'broken'),
  );
}

function actionOf(registry: string, digest: string, where: object = {}) {
  return site.database.registryAction.findFirst({
    where: { registry: { name: registry }, digest, ...where },
    orderBy: { createdAt: 'desc' },
  });
}

function minutesUntil(time: Date | null): number {
  return Math.round(((time?.getTime() ?? 0) - Date.now()) / 60_000);
}

async function remove(repository: string, digest: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${pusher.username}:${pusher.password}`).toString('base64')}`;
  const url = `${emulator.url}/v2/${repository}/manifests/${digest}`;
  expect((await fetch(url, { method: 'DELETE', headers: { authorization } })).status).toBe(202);
}

interface OrderChange {
  readonly registry?: string;
  readonly repository?: string;
  readonly digest: string;
  readonly kind?: 'disable-pull' | 'hold';
  readonly evenIfRunning?: boolean;
}

function order(change: OrderChange) {
  const standard = { registry: 'test', repository: 'shop/api', kind: 'disable-pull', evenIfRunning: false } as const;
  return site.app
    .get(OrderAction, { strict: false })
    .order({ ...standard, reason: 'an incident', dryRun: false, ...change }, 'ops');
}

/** The operator says of everything critical that it does not matter here. */
async function vouchForCritical(): Promise<void> {
  const where = { severity: 'critical', closedAt: null };
  const matches = await site.database.match.findMany({ where, include: { package: true, vulnerability: true } });
  await site.database.vexStatement.createMany({
    data: matches.map(({ package: { purl }, vulnerability: { name } }) => ({
      ...{ document: 'ours', author: 'us', timestamp: '2026-01-01T00:00:00Z', status: 'not_affected' },
      vulnerabilities: [name.toUpperCase()],
      products: [{ purl, subcomponents: [] }],
    })),
  });
  await site.database.$transaction((tx) => markVouchedFor(tx));
  await recountSuppressed(site.database);
}

async function act(): Promise<void> {
  const { id } = await site.database.registry.findUniqueOrThrow({ where: { name: 'test' } });
  const context = { signal: new AbortController().signal, logger: silentLogger };
  await site.app.get(CarryOutActions, { strict: false }).run(id, context);
}

describe('the quarantine of a registry', () => {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tidewaiter-quarantine-'));
    receiver = await listen((request, body) => site.receive((request.url ?? '').slice(1), request, body));
    emulator = await startAcrEmulator({
      dataDir: join(dir, 'registry'),
      port: 0,
      users,
      webhooks: ['test', 'dry'].map((name) => ({
        name,
        url: `${receiver.url}/${name}`,
        headers: { Authorization: `Bearer ${secret}` },
        actions: ['push', 'delete', 'quarantine'],
        scope: '',
      })),
    });
    site = await WorkSite.open({
      directory: dir,
      registries: [
        registryNamed('test', rules),
        registryNamed('dry', { ...rules, mode: 'dry-run' }),
        registryNamed('off', undefined),
      ],
      queues: queueNames.filter((queue) => queue !== 'reconcile'),
      recoverEveryMs: 500,
    });
    emulator.setQuarantine(true);
  }, 60_000);

  afterAll(async () => {
    await site.close();
    await emulator.close();
    await receiver.close();
    await rm(dir, { recursive: true, force: true });
  });

  it('holds what is too bad, says why beside the mark, and a dry run only says so', async () => {
    const digest = await push(sample('shop/web', '1.0'));
    const held = await until('the hold', () => actionOf('test', digest, { state: 'done' }));
    expect(held).toMatchObject({ kind: 'hold', requestedBy: 'rule', before: { quarantineState: 'Quarantined' } });
    expect(held.reason).toContain('CVE-2021-44906 (critical)');
    expect(JSON.parse(held.details ?? '')).toMatchObject({
      state: 'scan failed',
      link: `http://tidewaiter.test/api/v1/images/${digest}`,
      result: { summary: [{ severity: 'Critical', count: 4 }, { severity: 'High' }, {}, {}, {}] },
    });
    expect(await pull('shop/web', digest)).toBe('registry-disallowed');
    const planned = await until('the dry run', () => actionOf('dry', digest, { state: 'planned' }));
    expect(planned).toMatchObject({ kind: 'hold', attempts: 0, before: null, dryRun: true });
  }, 60_000);

  it('releases an index after its images; the push that follows confirms it and makes no second scan', async () => {
    const digest = await push(sample('shop/api', '2.3'));
    const index = await until('the confirmation', () => actionOf('test', digest, { NOT: { confirmedAt: null } }));
    expect(index).toMatchObject({ kind: 'release', state: 'done' });
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const released = await site.database.registryAction.findMany({
      where: { registry: { name: 'test' }, repository: 'shop/api', state: 'done' },
      orderBy: { finishedAt: 'asc' },
    });
    expect(released.map(({ kind }) => kind)).toEqual(['release', 'release', 'release']);
    expect(released.at(-1)?.digest).toBe(digest);
    const pushes = await until('the pushes', async () => {
      const rows = await site.database.delivery.findMany({ where: { registryName: 'test', action: 'push' } });
      return rows.length >= 3 && rows.every(({ state }) => state !== 'received') && rows;
    });
    expect(pushes.filter(({ state }) => state === 'ignored' || state === 'failed')).toEqual([]);
    const scans = await site.database.scan.findMany({
      where: { repository: { name: 'shop/api', registry: { name: 'test' } } },
    });
    expect(scans).toHaveLength(3);
  }, 60_000);

  it('names the missing role, and goes on when it was given', async () => {
    emulator.setAccess({
      users: users.map((user) =>
        user.username === 'scanner' ? { ...user, scopes: [`${reads},quarantine_read`] } : user,
      ),
    });
    const digest = await push(sample('tools/hello', 'latest'));
    const refused = await until('the refusal', () => actionOf('test', digest, { errorCode: 'role-missing' }));
    expect(refused).toMatchObject({ kind: 'release', state: 'pending' });
    expect(refused.error).toContain('AcrQuarantineWriter');
    emulator.setAccess({ users });
    await site.database.registryAction.update({ where: { id: refused.id }, data: { dueAt: new Date() } });
    const done = await until('the release', () => actionOf('test', digest, { state: 'done' }));
    expect(done).toMatchObject({ id: refused.id, errorCode: null, error: null });
    expect(await pull('tools/hello', 'latest')).toBe('pulled');
  }, 60_000);

  it('finishes what a crash left half done, and keeps what was there before', async () => {
    const done = await site.database.registryAction.findFirstOrThrow({ where: { kind: 'release', state: 'done' } });
    await site.database.registryAction.update({
      where: { id: done.id },
      data: { state: 'pending', attempts: 1, outcome: null, finishedAt: null },
    });
    await act();
    expect(await site.database.registryAction.findUniqueOrThrow({ where: { id: done.id } })).toMatchObject({
      state: 'done',
      outcome: 'done; an earlier attempt had succeeded',
      before: { quarantineState: 'Quarantined' },
    });
  });

  it('does not wait for ever for an image that the registry no longer has, and says so', async () => {
    const { database } = site;
    const { digest, id: manifestId } = await database.manifest.findFirstOrThrow({
      where: { mediaType: { contains: 'index' }, repository: { name: 'shop/api', registry: { name: 'test' } } },
    });
    const gone = `sha256:${'0'.repeat(64)}`;
    const known = { digest: gone, mediaType: 'application/vnd.oci.image.manifest.v1+json', state: 'scanned' };
    const image = await database.image.create({
      data: { ...known, inventoryKey: '', scannedAt: new Date(), manifests: { create: { manifestId } } },
    });
    const released = await actionOf('test', digest, { state: 'done', requestedBy: 'rule' });
    const tryNow = (id = '', state = {}) =>
      database.registryAction.update({ where: { id }, data: { dueAt: new Date(), ...state } });
    await tryNow(released?.id, { state: 'pending', outcome: null, finishedAt: null });
    const failed = await until('the failure', () => actionOf('test', digest, { state: 'failed' }));
    expect(failed).toMatchObject({ id: released?.id, errorCode: 'image-not-released' });
    expect(failed.error).toContain(`image ${gone} was not released`);
    expect(minutesUntil(failed.dueAt)).toBe(60);
    expect(await actionOf('test', gone)).toMatchObject({ state: 'failed', errorCode: 'gone' });

    await tryNow(failed.id);
    const again = await until('the next failure', () =>
      actionOf('test', digest, { state: 'failed', NOT: { id: failed.id } }),
    );
    expect(again).toMatchObject({ errorCode: 'image-not-released' });
    // Each try of the index was one of its image.
    expect(await database.registryAction.count({ where: { digest: gone, state: 'failed' } })).toBe(2);
    await database.manifestImage.deleteMany({ where: { imageId: image.id } });
    await tryNow(again.id);
    await until('the release', () => actionOf('test', digest, { state: 'done', requestedBy: 'rule' }));
  }, 60_000);

  it('keeps an image from being pulled only when told so although it may be running, and takes that back', async () => {
    const { digest } = await site.database.manifest.findFirstOrThrow({
      where: { tags: { some: { name: '2.3' } }, repository: { registry: { name: 'test' } } },
    });
    await expect(order({ digest })).rejects.toMatchObject({ code: 'running-unknown' });
    await expect(order({ digest, registry: 'dry' })).rejects.toMatchObject({ code: 'running-unknown' });
    await expect(order({ digest, registry: 'off' })).rejects.toMatchObject({ code: 'actuator-off' });
    const id = await order({ digest, evenIfRunning: true });
    const disabled = await until('the lock', () => actionOf('test', digest, { id, state: 'done' }));
    expect(disabled).toMatchObject({ requestedBy: 'ops', reason: 'an incident', before: { readEnabled: true } });
    expect(await pull('shop/api', '2.3')).toBe('registry-disallowed');

    const orders = site.app.get(OrderAction, { strict: false });
    const undo = await orders.undo(id, { reason: 'it was a mistake', requestedBy: 'ops' });
    await until('the way back', () => actionOf('test', digest, { id: undo, state: 'done' }));
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const again = orders.undo(id, { reason: 'once more', requestedBy: 'ops' });
    await expect(again).rejects.toMatchObject({ code: 'action-undone' });

    const planned = await order({ digest, registry: 'dry', evenIfRunning: true });
    expect(await actionOf('dry', digest, { id: planned })).toMatchObject({ state: 'planned', dryRun: true });
    expect(await pull('shop/api', '2.3')).toBe('pulled');
    const gone = await order({ digest: `sha256:${'0'.repeat(64)}`, evenIfRunning: true });
    const failed = await until('the failure', () =>
      site.database.registryAction.findFirst({ where: { id: gone, state: 'failed' } }),
    );
    expect(failed).toMatchObject({ errorCode: 'gone', dueAt: null });
  }, 60_000);

  it('marks what was there before it, after a dry run that only counts', async () => {
    emulator.setAccess({ users: [pusher] });
    emulator.setQuarantine(false);
    const digest = await push({ ...sample('tools/hello', 'latest'), repository: 'old/app', tag: '1' });
    // What is told of it later than this would make it a case of the rules.
    await until('the refusal of its events', async () => {
      const told = await site.database.delivery.findMany({ where: { repository: 'old/app' } });
      return told.length >= 4 && told.every(({ state }) => state !== 'received');
    });
    emulator.setQuarantine(true);
    emulator.setAccess({ users });
    await site.database.registryAction.deleteMany({ where: { digest, repository: 'old/app' } });
    expect(await pull('old/app', '1')).toBe('manifest-unknown');
    const orders = site.app.get(OrderAction, { strict: false });
    const mark = async (dryRun: boolean) => {
      const id = await orders.markExisting({ registry: 'test', reason: 'switching it on', dryRun }, 'ops');
      const where = { id, state: { in: ['planned', 'done', 'failed'] } };
      return until('the marks', () => site.database.registryAction.findFirst({ where }));
    };
    expect((await mark(true)).outcome).toBe('1 of 6 manifests have no mark and would get one');
    // Decided and to be done: the rules know more of it than that it was there.
    const { id: registryId } = await site.database.registry.findUniqueOrThrow({ where: { name: 'test' } });
    const waiting = { registryId, repository: 'old/app', digest, kind: 'hold', state: 'pending', dryRun: false };
    const id = '00000000-0000-4000-8000-000000000002';
    const dueAt = new Date(Date.now() + 3_600_000);
    const data = { ...waiting, id, dueAt, requestedBy: 'rule', reason: 'something in it is bad' };
    await site.database.registryAction.create({ data });
    const outcome = '0 of 6 manifests had no mark and are marked as passed now; 1 more wait for their verdict';
    expect((await mark(false)).outcome).toBe(outcome);
    expect(await pull('old/app', '1')).toBe('manifest-unknown');
    await site.database.registryAction.delete({ where: { id } });
    expect(await pull('old/app', '1')).toBe('manifest-unknown');
    expect((await mark(false)).outcome).toBe('1 of 6 manifests had no mark and are marked as passed now');
    expect(await pull('old/app', '1')).toBe('pulled');
  }, 60_000);

  it('tells once of what waits for too long', async () => {
    const { id: registryId } = await site.database.registry.findUniqueOrThrow({ where: { name: 'test' } });
    const waiting = { registryId, repository: 'team/stuck', tag: '1', digest: `sha256:${'5'.repeat(64)}` };
    await site.database.registryAction.create({
      data: {
        ...waiting,
        id: '00000000-0000-4000-8000-000000000001',
        kind: 'decide',
        state: 'waiting',
        dryRun: false,
        requestedBy: 'rule',
        reason: 'it waits for its scan',
        createdAt: new Date(Date.now() - 3_600_000),
      },
    });
    const told = () => site.messages.filter(({ text }) => text.includes('in quarantine since'));
    await until('the alert', () => Promise.resolve(told().length > 0));
    await site.app.get(WakeActuator, { strict: false }).all(new Date());
    await act();
    expect(told()).toHaveLength(1);
    expect(JSON.stringify(told()[0])).toContain('team/stuck:1');
  }, 60_000);

  it('waits no longer for what the registry does not have any more', async () => {
    const { database } = site;
    const digest = `sha256:${'5'.repeat(64)}`;
    const where = { registry: { name: 'test' }, name: 'team/stuck' };
    const { id: registryId } = await database.registry.findUniqueOrThrow({ where: where.registry });
    await act();
    expect(await actionOf('test', digest)).toMatchObject({ state: 'waiting' });
    expect((await actionGauges(database)).waitingSince).toMatchObject([{ labels: { registry: 'test' } }]);
    await database.repository.create({
      data: { registryId, name: where.name, manifests: { create: { digest, deletedAt: new Date() } } },
    });
    await act();
    expect(await actionOf('test', digest)).toMatchObject({
      state: 'superseded',
      outcome: 'the registry does not have it any more',
    });
    // A dry run keeps nothing from anybody.
    await database.registryAction.updateMany({ where: { digest }, data: { state: 'waiting', dryRun: true } });
    expect((await actionGauges(database)).waitingSince).toEqual([]);
    await act();
  });

  it('decides again about what a rule held, and releases what it would release now', async () => {
    const kept = await push({ ...sample('shop/web', '1.0'), repository: 'team/kept' });
    await until('the hold', () => actionOf('test', kept, { repository: 'team/kept', state: 'done' }));
    const ordered = await order({ repository: 'team/kept', digest: kept, kind: 'hold' });
    await until('the order', () => actionOf('test', kept, { id: ordered, state: 'done' }));
    const place = { repository: 'shop/web' };
    const held = await actionOf('test', kept, place);
    expect(held).toMatchObject({ kind: 'hold', requestedBy: 'rule', state: 'done' });
    await vouchForCritical();
    const released = await until('the release', () =>
      actionOf('test', kept, { ...place, kind: 'release', state: 'done' }),
    );
    expect(released).toMatchObject({ requestedBy: 'rule', before: { quarantineState: 'Failed' } });
    expect(released.reason).toMatch(/it was held for .*CVE-2021-44906 \(critical\)/);
    expect(await pull('shop/web', '1.0')).toBe('pulled');
    const planned = await until('the dry run', () => actionOf('dry', kept, { ...place, kind: 'release' }));
    expect(planned).toMatchObject({ state: 'planned', dryRun: true, attempts: 0 });
    // What was released and is bad again stays so, and what somebody ordered as well.
    await site.database.vexStatement.deleteMany();
    await site.database.registryAction.updateMany({ data: { checkedAt: null } });
    await act();
    expect(await actionOf('test', kept, place)).toMatchObject({ id: released.id });
    expect(await actionOf('test', kept, { repository: 'team/kept' })).toMatchObject({ id: ordered });
    expect(await pull('shop/web', '1.0')).toBe('pulled');
    expect(await pull('team/kept', kept)).toBe('registry-disallowed');
  }, 60_000);

  it('decides and tries again what a registry refused to a rule, first soon and then later', async () => {
    const image = { ...sample('tools/hello', 'latest'), repository: 'team/again' };
    const readOnly = { ...scanner, scopes: [`${reads},quarantine_read`] };
    emulator.setAccess({ users: [pusher, readOnly] });
    const digest = await push(image);
    const place = { repository: 'team/again' };
    const refused = await until('the refusal', () => actionOf('test', digest, { ...place, errorCode: 'role-missing' }));
    const tryNow = (id: string) => site.database.registryAction.update({ where: { id }, data: { dueAt: new Date() } });
    emulator.setAccess({ users });
    emulator.disturb({ unavailable: 1 });
    await tryNow(refused.id);
    const broken = await until('the outage', () =>
      actionOf('test', digest, { ...place, errorCode: 'registry-failed' }),
    );
    expect(broken).toMatchObject({ id: refused.id, state: 'pending' });
    expect(minutesUntil(broken.dueAt)).toBeLessThanOrEqual(15);

    emulator.disturb({});
    emulator.disturbEvents({ lost: 1 });
    await remove('team/again', digest);
    await tryNow(refused.id);
    const failed = await until('the failure', () => actionOf('test', digest, { ...place, state: 'failed' }));
    expect(failed).toMatchObject({ id: refused.id, errorCode: 'gone' });
    expect(minutesUntil(failed.dueAt)).toBe(60);
    await tryNow(failed.id);
    const further = { ...place, state: 'failed', NOT: { id: failed.id } };
    const again = await until('the next failure', () => actionOf('test', digest, further));
    expect(minutesUntil(again.dueAt)).toBe(360);

    await push(image);
    emulator.disturbEvents({});
    expect(await pull('team/again', 'latest')).toBe('manifest-unknown');
    await tryNow(again.id);
    const released = await until('the release', () => actionOf('test', digest, { ...place, state: 'done' }));
    expect(released).toMatchObject({ kind: 'release', requestedBy: 'rule', errorCode: null });
    const past = await site.database.registryAction.findMany({
      where: { digest, ...place, state: 'failed', dryRun: false },
    });
    expect(past.map(({ dueAt }) => dueAt)).toEqual([null, null]);
    expect(await pull('team/again', 'latest')).toBe('pulled');
  }, 60_000);
});
