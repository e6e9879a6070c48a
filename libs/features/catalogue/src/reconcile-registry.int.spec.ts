import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { bookworm, buildImage, buildIndex, buildLayer, dpkg, sha256, type BuiltImage } from '@tidewaiter/testing';
import type { Database } from '@tidewaiter/db';
import { RegistryAccess, RegistryDirectory, walkEveryMs, walkKey } from '@tidewaiter/features/registries';
import { lockRepository, recordRequest } from '@tidewaiter/features/scans';
import { UserError } from '@tidewaiter/kit';
import { ReconcileRuns } from './reconcile-runs';
import { CatalogueSite } from './testing/catalogue-site';
import { TellMovedTags } from './tell-moved-tags';

let site: CatalogueSite;
beforeAll(async () => {
  site = await CatalogueSite.open();
}, 60_000);
beforeEach(() => site.empty());
afterAll(() => site.close());

function image(packages: string, architecture = 'amd64'): BuiltImage {
  return buildImage({ layers: [buildLayer([bookworm, dpkg(packages)])], platform: { os: 'linux', architecture } });
}

const one = image('openssl=3.0.1-1');
const two = image('openssl=3.0.2-1');

async function ledgerIsCatalogue(): Promise<void> {
  expect(await site.entries()).toEqual(await site.registry.entries());
}

async function timeline(tag: string): Promise<readonly string[]> {
  const rows = await site.database.tagObservation.findMany({ where: { tag }, orderBy: { id: 'asc' } });
  return rows.map(({ digest, source }) => `${source} ${digest?.slice(7, 12) ?? 'gone'}`);
}

async function waitingForLock(database: Database): Promise<void> {
  for (;;) {
    const waiting = await database.$queryRaw<unknown[]>`
      SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    if (waiting.length > 0) return;
    await setTimeout(5);
  }
}

const short = (built: BuiltImage) => built.descriptor.digest.slice(7, 12);

describe('a walk through a registry', () => {
  it('finds what is new, what moved and what is gone, and then nothing more', async () => {
    await site.registry.push('team/api', one, 'v1');
    await site.registry.push('team/api', one, 'goes');
    await site.registry.push('team/old', one, '1');
    expect(await site.reconcile()).toMatchObject({ state: 'finished', repositories: 2, tags: 3, requested: 2 });
    await site.scanAll();
    await site.registry.push('team/api', two, 'v1');
    await site.registry.push('team/new', one, 'new');
    await site.registry.untag('team/api', 'goes');
    await site.registry.deleteRepository('team/old');
    expect(await site.reconcile()).toMatchObject({ repositories: 3, moved: 2, deleted: 2, requested: 2 });
    await ledgerIsCatalogue();
    expect(await site.reconcile()).toMatchObject({ repositories: 2, unchanged: 2, moved: 0, deleted: 0, requested: 0 });
    expect(await timeline('v1')).toEqual([`reconcile ${short(one)}`, `reconcile ${short(two)}`]);
    expect(await timeline('goes')).toEqual([`reconcile ${short(one)}`, 'reconcile gone']);
    expect(await site.app.get(TellMovedTags).tell()).toBe(1);
    expect(await site.app.get(TellMovedTags).tell()).toBe(0);
    expect(await site.database.notification.findFirst({ where: { subject: { contains: 'protected' } } })).toMatchObject(
      {
        payload: { kind: 'tag-moved', tag: 'v1', previousDigest: one.descriptor.digest, source: 'reconcile' },
      },
    );
  });

  it('has what was deleted softly for deleted, and again once it is restored, without reading it anew', async () => {
    const soft = image('openssl=3.0.3-1');
    const { digest } = soft.descriptor;
    await site.registry.softDelete(7);
    try {
      await site.registry.push('team/api', two, '2');
      await site.registry.push('team/api', soft, '1');
      await site.reconcile();
      await site.scanAll();
      await site.registry.deleteManifest('team/api', digest);
      expect(await site.reconcile()).toMatchObject({ deleted: 1 });
      await ledgerIsCatalogue();
      expect((await site.coverage.listEntries({ limit: 10, state: 'deleted' })).items).toMatchObject([{ digest }]);
      await site.registry.restore('team/api', digest, '1');
      await site.reconcile();
      await site.scanAll();
      await ledgerIsCatalogue();
      expect(await site.entries('scanned')).toContain(`team/api:1 ${digest}`);
      expect(site.registry.pulls(soft.configDigest)).toBe(1);
      expect(await timeline('1')).toEqual([`reconcile ${short(soft)}`, 'reconcile gone', `reconcile ${short(soft)}`]);
    } finally {
      await site.registry.softDelete(null);
    }
  });

  it('takes what is listed and is no image for what it is', async () => {
    await site.registry.push('team/api', one, '1');
    await site.registry.push('team/api', two, `sha256-${one.descriptor.digest.slice(7)}.sig`);
    expect(await site.reconcile()).toMatchObject({ requested: 1 });
    const { items } = await site.coverage.listEntries({ limit: 10, state: 'unsupported' });
    expect(items).toMatchObject([{ reason: { code: 'manifest-artifact', message: 'it is no image but cosign sig' } }]);
  });

  it('asks for an index and then knows its images, which are listed beside it', async () => {
    const index = buildIndex([one, image('openssl=3.0.1-1', 'arm64')]);
    await site.registry.push('team/api', index, '1');
    await site.reconcile();
    await site.scanAll();
    await site.reconcile();
    await ledgerIsCatalogue();
    expect(await site.entries('scanned')).toHaveLength(3);
    expect((await site.coverage.summarize({})).totals).toMatchObject({ scanned: 4, total: 4, unscanned: 0 });
  });

  it('goes on when a list breaks off, takes nothing of it away, and says so', async () => {
    await site.registry.push('team/api', one, '1');
    await site.reconcile();
    await site.registry.untag('team/api', '1');
    await site.registry.push('team/zzz', two, '2');
    site.broken.add('team/api');
    await expect(site.reconcile()).rejects.toMatchObject({
      code: 'reconcile-incomplete',
      message: expect.stringContaining('team/api'),
    });
    expect(await site.entries()).toEqual([
      `team/api:1 ${one.descriptor.digest}`,
      `team/zzz:2 ${two.descriptor.digest}`,
    ]);
    site.broken.clear();
    await site.reconcile();
    await ledgerIsCatalogue();
  });

  it('shows that a repository is refused, deletes nothing of it, and goes on', async () => {
    await site.registry.push('secret/a', one, '1');
    await site.registry.push('team/b', one, '1');
    const repository = await site.database.repository.create({
      data: { registryId: site.registryId, name: 'secret/a' },
    });
    const { digest } = one.descriptor;
    const manifest = await site.database.manifest.create({ data: { repositoryId: repository.id, digest } });
    await site.database.tag.create({ data: { repositoryId: repository.id, manifestId: manifest.id, name: '1' } });
    expect(await site.reconcile()).toMatchObject({ state: 'finished', refused: 1, deleted: 0 });
    const { repositories } = await site.coverage.summarize({});
    expect(repositories).toMatchObject([
      { repository: 'secret/a', counts: { total: 1 }, accessLost: { code: 'registry-unauthorized' } },
      { repository: 'team/b', accessLost: null },
    ]);
  });

  it('reads tags and asks for their digests where the role may pull and not see attributes', async () => {
    await site.registry.push('plain/a', one, '1');
    await site.registry.push('plain/a', one, '2');
    expect(await site.reconcile()).toMatchObject({ tags: 2, refused: 0, requested: 1 });
    await ledgerIsCatalogue();
  });

  it('compares what it knows where the registry has no list of repositories, and says so', async () => {
    await site.registry.push('team/a', one, '1');
    await site.reconcile();
    await site.registry.push('team/a', two, '1');
    const access = site.app.get(RegistryAccess);
    const list = access.repositories.bind(access);
    // As GHCR answers: other-registries.int.spec.ts of libs/registry has it.
    const message = 'There is no list of repositories at ghcr.io.';
    access.repositories = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new UserError('registry-api-missing', message)) }),
    });
    try {
      expect(await site.reconcile()).toMatchObject({ state: 'finished', repositories: 1, moved: 1 });
    } finally {
      access.repositories = list;
    }
    await ledgerIsCatalogue();
    const run = await site.database.reconcileRun.findFirstOrThrow({ orderBy: { startedAt: 'desc' } });
    expect(run).toMatchObject({
      problemCode: 'catalogue-refused',
      problem: expect.stringContaining(message) as unknown,
    });
  });

  it('goes on where a killed walk stopped, and never walks twice at a time', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await site.registry.push(`team/${name}`, one, '1');
    const stop = new AbortController();
    site.beforeListing = (repository) => {
      if (repository === 'team/c') stop.abort(new Error('killed'));
      return Promise.resolve();
    };
    await expect(site.reconcile(stop.signal)).rejects.toThrow('killed');
    expect(await site.database.reconcileRun.findFirst()).toMatchObject({ finishedAt: null, cursor: 'team/c' });
    const runs = site.app.get(ReconcileRuns, { strict: false });
    expect(await runs.abandoned()).toEqual([]);
    await site.database.reconcileRun.updateMany({ data: { leaseUntil: new Date(Date.now() - 11 * 60_000) } });
    expect(await runs.abandoned()).toEqual([site.registryId]);
    site.listed.length = 0;
    let other: unknown;
    site.beforeListing = async (repository) => {
      if (repository === 'team/d') other = await site.reconcile();
    };
    expect(await site.reconcile()).toMatchObject({ state: 'finished' });
    expect(site.listed).not.toContain('team/a');
    expect(other).toEqual({ state: 'busy' });
    expect(await site.database.reconcileRun.findMany()).toMatchObject([
      { resumed: 1, repositories: 4, cursor: 'team/d' },
    ]);
    await ledgerIsCatalogue();
  });

  it('that was asked for ends, and says why, when no key opens the credentials any more', async () => {
    const { id } = await site.database.registry.create({
      data: { name: 'sealed', kind: 'oci', url: 'https://sealed.example', managedBy: 'rest' },
    });
    const fault = new UserError('registry-sealed', 'the key is lost');
    site.app
      .get(RegistryDirectory)
      .setStored([{ id, name: 'sealed', endpoint: 'https://sealed.example', since: new Date(), fault }]);
    await site.app.get(ReconcileRuns, { strict: false }).request(id, { isFull: true });
    await expect(site.reconcileRegistry.reconcile(id, new AbortController().signal)).rejects.toBe(fault);
    expect(await site.database.reconcileRun.findMany({ where: { registryId: id } })).toMatchObject([
      {
        cause: 'user',
        problemCode: 'registry-sealed',
        problem: 'the key is lost',
        finishedAt: expect.any(Date) as unknown,
      },
    ]);
    await site.database.registry.update({ where: { id }, data: { removedAt: new Date() } });
  });

  it('breaks off when the registry is paused, is not begun meanwhile, and goes on afterwards', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await site.registry.push(`team/${name}`, one, '1');
    const { registryId } = site;
    site.beforeListing = async (repository) => {
      if (repository !== 'team/b') return;
      await site.database.pause.create({ data: { registryId, reason: 'maintenance', by: 'operations' } });
    };
    expect(await site.reconcile()).toEqual({ state: 'paused' });
    expect(await site.reconcile()).toEqual({ state: 'paused' });
    expect(site.listed).toEqual(['team/a', 'team/b']);
    expect(await site.database.reconcileRun.findMany()).toMatchObject([
      { finishedAt: null, cursor: 'team/b', problemCode: 'registry-paused' },
    ]);
    await site.database.reconcileRun.updateMany({ data: { leaseUntil: new Date(Date.now() - 11 * 60_000) } });
    const runs = site.app.get(ReconcileRuns, { strict: false });
    expect(await runs.abandoned()).toEqual([]);
    await site.scanAll();
    const waiting = { repository: 'team/a', state: 'queued', pause: { reason: 'maintenance', by: 'operations' } };
    expect((await site.coverage.listEntries({ limit: 10, repository: 'team/a' })).items).toMatchObject([waiting]);
    expect(await site.coverage.lag()).toMatchObject({ waiting: 2, heldBack: 2 });
    await site.database.pause.updateMany({ data: { resumedAt: new Date() } });
    expect(await runs.abandoned()).toEqual([registryId]);
    expect(await site.reconcile()).toMatchObject({ state: 'finished' });
    expect(site.listed).toEqual(['team/a', 'team/b', 'team/c', 'team/d']);
    await site.scanAll();
    await ledgerIsCatalogue();
  });

  it('believes what was pushed during the walk more than the older list', async () => {
    await site.registry.push('team/api', one, 'latest');
    await site.reconcile();
    const request = { registryId: site.registryId, repository: 'team/api', cause: 'push' as const };
    site.beforeListing = async () => {
      site.beforeListing = () => Promise.resolve();
      // The list has two; an event that the list cannot know yet tells of a third.
      await site.registry.push('team/api', two, 'latest');
      const three = image('openssl=3.0.3-1');
      await site.requestScan.request({ ...request, tag: 'latest', digest: three.descriptor.digest });
      await site.registry.push('team/api', three, 'other');
    };
    await site.registry.push('team/api', one, 'changed');
    await site.reconcile();
    await ledgerIsCatalogue();
    expect(await timeline('latest')).toHaveLength(3);
  });

  it('lets a push be told of while its repository is compared, and neither of the two fails', async () => {
    await site.registry.push('team/api', one, 'latest');
    await site.reconcile();
    await site.registry.push('team/api', two, 'latest');
    const { registryId } = site;
    const push = { registryId, repository: 'team/api', tag: 'latest', digest: two.descriptor.digest };
    const [walk, scan] = await site.database.$transaction(async (tx) => {
      await lockRepository(tx, registryId, 'team/api');
      const walked = site.reconcile();
      // It is about to write of the manifest that the push is of.
      await waitingForLock(site.database);
      return [walked, await recordRequest(tx, { ...push, cause: 'push', source: 'webhook' })] as const;
    });
    expect(scan).toMatchObject({ lane: 'push' });
    expect(await walk).toMatchObject({ state: 'finished' });
    await ledgerIsCatalogue();
  });

  it('tries what failed again when its time has come, and shows when that is', async () => {
    await site.registry.push('team/api', one, '1');
    await site.reconcile();
    await site.registry.deleteManifest('team/api', one.descriptor.digest);
    await site.scanAll();
    await site.registry.push('team/api', one, '1');
    expect(await site.reconcile()).toMatchObject({ requested: 0 });
    const { items } = await site.coverage.listEntries({ limit: 10 });
    expect(items).toMatchObject([{ state: 'failed', reason: { code: 'manifest-unknown' } }]);
    const waitMs = Date.parse(items[0]?.nextTryAt ?? '') - Date.now();
    expect([waitMs > 59 * 60_000, waitMs <= 60 * 60_000]).toEqual([true, true]);
    await site.database.manifest.updateMany({ data: { retryAt: new Date() } });
    expect(await site.reconcile()).toMatchObject({ unchanged: 1, requested: 1 });
    await site.scanAll();
    expect(await site.coverage.listEntries({ limit: 10 })).toMatchObject({
      items: [{ state: 'scanned', nextTryAt: null }],
    });
    // Whoever was to ask what is attached failed, and nobody has asked.
    const [{ repositoryId, id: manifestId } = { repositoryId: 0, id: 0 }] = await site.database.manifest.findMany();
    const look = { id: randomUUID(), repositoryId, manifestId, cause: 'attachment', lane: 'rescan', state: 'failed' };
    await site.database.scan.create({ data: look });
    await site.database.manifest.updateMany({ data: { retryAt: new Date() } });
    expect(await site.reconcile()).toMatchObject({ requested: 1 });
    const again = await site.database.scan.findFirst({ where: { state: 'queued' } });
    expect(again).toMatchObject({ cause: 'attachment', lane: 'rescan' });
  });

  it('tries again at once what failed while the registry did not answer, and comes soon after such a failure', async () => {
    for (const [tag, built] of [['1', one] as const, ['2', two] as const])
      await site.registry.push('team/api', built, tag);
    await site.reconcile();
    const where = { key: walkKey(site.registryId) };
    const lastRunAt = new Date();
    await site.database.scheduleRun.upsert({ where, create: { ...where, lastRunAt }, update: { lastRunAt } });
    await site.registry.disturb({ unavailable: 1 });
    await site.scanAll();
    await site.registry.disturb({});
    const walked = await site.database.scheduleRun.findUniqueOrThrow({ where });
    const dueInMs = walked.lastRunAt.getTime() + walkEveryMs - Date.now();
    expect([dueInMs > 9 * 60_000, dueInMs <= 10 * 60_000]).toEqual([true, true]);
    const { digest } = one.descriptor;
    await site.database.manifest.updateMany({ where: { digest }, data: { failures: 5 } });
    await site.reconcile();
    const due = { retryAt: { lte: new Date() } };
    // The one that failed so often is at fault itself.
    expect(await site.database.manifest.findMany({ where: due })).toMatchObject([{ digest: two.descriptor.digest }]);
  });

  it('leaves alone what somebody cancelled, until it is pushed', async () => {
    await site.registry.push('team/api', one, '1');
    expect(await site.reconcile()).toMatchObject({ requested: 1 });
    await site.database.scan.updateMany({ data: { state: 'cancelled' } });
    await site.registry.push('team/api', two, '2');
    expect(await site.reconcile()).toMatchObject({ moved: 1, requested: 1 });
    expect((await site.coverage.listEntries({ limit: 10, state: 'cancelled' })).items).toMatchObject([{ tag: '1' }]);
    await site.registry.push('team/api', one, '3');
    expect(await site.reconcile()).toMatchObject({ moved: 1, requested: 1 });
  });

  it('is tried again where its registry has yet to be taken by this process, and not where there is none', async () => {
    const { id } = await site.database.registry.create({
      data: { name: 'new', kind: 'acr', url: 'https://new.azurecr.io', managedBy: 'rest' },
    });
    const walk = () => site.reconcileRegistry.reconcile(id, new AbortController().signal);
    await expect(walk()).rejects.toMatchObject({ name: 'OperationalError', code: 'registry-not-taken-yet' });
    await site.database.registry.delete({ where: { id } });
    await expect(walk()).rejects.toMatchObject({ name: 'UserError', code: 'registry-unknown' });
  });

  it('leaves out what the rules leave out, by name, and takes it back when they change', async () => {
    await site.registry.push('team/api', one, 'v1');
    await site.registry.push('team/api', two, 'pr-7');
    await site.registry.push('team/api', one, 'pr-8');
    const registry = { where: { id: site.registryId } };
    const rules = [{ rule: 'no-pull-requests', action: 'exclude', tags: ['pr-*'] }];
    await site.database.registry.update({ ...registry, data: { scope: rules } });
    expect(await site.reconcile()).toMatchObject({ requested: 1 });
    const { items } = await site.coverage.listEntries({ limit: 10, state: 'excluded' });
    expect(items.map(({ tag, excludedBy }) => `${tag ?? ''} ${excludedBy ?? ''}`).sort()).toEqual([
      'pr-7 no-pull-requests',
      'pr-8 no-pull-requests',
    ]);
    await ledgerIsCatalogue();
    await site.database.registry.update({ ...registry, data: { scope: [] } });
    expect(await site.reconcile()).toMatchObject({ unchanged: 1, requested: 1 });
    expect(await site.entries('excluded')).toEqual([]);
  });

  describe('for a platform', () => {
    let [arm, index] = [one, one];
    let layer = '';
    const pulls = () => [arm.configDigest, layer].map((digest) => site.registry.pulls(digest));
    const setRules = (scope: object[]) => site.database.registry.updateMany({ data: { scope } });
    beforeEach(async () => {
      // Not known from the test before.
      const built = buildLayer([bookworm, dpkg(`zlib=${randomUUID()}`)]);
      layer = sha256(built.bytes);
      arm = buildImage({ layers: [built], platform: { os: 'linux', architecture: 'arm64' } });
      index = buildIndex([one, arm]);
      await setRules([{ rule: 'no-arm', action: 'exclude', platforms: ['linux/arm*'] }]);
    });

    async function walkAndScan() {
      const walk = await site.reconcile();
      await site.scanAll();
      return walk;
    }

    it('pulls no layer of it, wherever it is, and reads it once the rule is gone', async () => {
      await site.registry.push('team/api', index, '1');
      await site.registry.push('team/other', index, '1');
      await walkAndScan();
      expect(await walkAndScan()).toMatchObject({ requested: 0 });
      // The second repository takes what the first one found.
      expect(pulls()).toEqual([1, 0]);
      const out = await site.coverage.listEntries({ limit: 10, state: 'excluded' });
      expect(out.items.filter(({ tag }) => tag === '1')).toMatchObject(
        ['team/other', 'team/api'].map((repository) => ({ repository, platform: 'linux/arm64', excludedBy: 'no-arm' })),
      );
      await setRules([]);
      expect(await site.reconcile()).toMatchObject({ requested: 4 });
      const { totals } = await site.coverage.summarize({});
      expect(totals).toMatchObject({ excluded: 0, unscanned: 0, queued: 4 });
      await site.scanAll();
      expect((await site.coverage.summarize({})).totals).toMatchObject({
        queued: 0,
        unscanned: 0,
        scanned: totals.total,
      });
      expect(pulls()[1]).toBe(1);
      expect(await walkAndScan()).toMatchObject({ requested: 0 });
    });

    it('reads it where no rule leaves it out', async () => {
      await site.registry.push('team/api', arm, 'arm');
      const { registryId } = site;
      const ask = { registryId, repository: 'team/api', digest: arm.descriptor.digest, tag: 'arm' };
      await site.requestScan.request({ ...ask, cause: 'push' });
      await site.scanAll();
      expect(pulls()).toEqual([1, 0]);
      await setRules([{ rule: 'no-arm', action: 'exclude', repositories: ['team/api'], platforms: ['linux/arm*'] }]);
      await site.registry.push('team/other', index, '1');
      await walkAndScan();
      expect(pulls()[1]).toBe(1);
      const { items } = await site.coverage.listEntries({ limit: 10, repository: 'team/other', state: 'scanned' });
      expect(
        items
          .filter(({ tag }) => tag === '1')
          .map(({ platform }) => platform)
          .sort(),
      ).toEqual(['linux/amd64', 'linux/arm64']);
    });

    it('reads it when somebody asks, and still leaves it out', async () => {
      await site.registry.push('team/api', index, '1');
      const { registryId } = site;
      const { digest } = index.descriptor;
      await site.requestScan.request({ registryId, repository: 'team/api', digest, tag: '1', cause: 'user' });
      await site.scanAll();
      expect(pulls()[1]).toBe(1);
      expect(await site.database.image.findFirst({ where: { digest: arm.descriptor.digest } })).toMatchObject({
        state: 'scanned',
      });
      expect((await site.coverage.summarize({})).totals).toMatchObject({ scanned: 1, excluded: 1 });
    });
  });
});
