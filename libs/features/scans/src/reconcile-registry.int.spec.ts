import { debianImage, ScanSite } from './testing/scan-site';

let site: ScanSite;
beforeEach(async () => {
  site = await ScanSite.open();
});
afterEach(() => site.close());

const one = debianImage('openssl=3.0.1-1');
const two = debianImage('openssl=3.0.2-1');

function reconcile() {
  return site.reconcile.reconcile(site.registryId, new AbortController().signal);
}

/** `team/api:1.0`, of the tags that are there. */
async function liveTags(): Promise<readonly string[]> {
  const rows = await site.database.tag.findMany({ where: { deletedAt: null }, include: { repository: true } });
  return rows.map((row) => `${row.repository.name}:${row.name}`).sort();
}

describe('a reconcile', () => {
  it('finds what is new, what moved and what is gone, and then nothing more', async () => {
    await site.run({ image: one, tag: 'moves' });
    await site.run({ image: one, tag: 'goes' });
    site.registry.push('team/api', two, 'moves');
    site.registry.push('team/new', one, 'new');
    site.registry.untag('team/api', 'goes');
    expect(await reconcile()).toEqual({ tags: 2, requested: 2, deleted: 1 });
    expect(await liveTags()).toEqual(['team/api:moves', 'team/new:new']);
    const queued = await site.database.scan.findMany({ where: { state: 'queued' }, include: { repository: true } });
    expect(queued.map((scan) => `${scan.repository.name}:${scan.tag ?? ''} ${scan.cause}`).sort()).toEqual([
      'team/api:moves reconcile',
      'team/new:new reconcile',
    ]);
    for (const { id } of queued)
      expect(await site.queues.stateOf('image.scan.backfill', { scanId: id })).toBe('waiting');
    expect(await reconcile()).toEqual({ tags: 2, requested: 0, deleted: 0 });
  });

  it('finds a tag again that was gone', async () => {
    await site.run({ image: one, tag: '1.0' });
    site.registry.untag('team/api', '1.0');
    await reconcile();
    site.registry.push('team/api', one, '1.0');
    expect(await reconcile()).toMatchObject({ requested: 1 });
    expect(await liveTags()).toEqual(['team/api:1.0']);
  });

  it('finds that a whole repository is gone', async () => {
    await site.run({ image: one, tag: '1.0' });
    site.registry.dropRepository('team/api');
    expect(await reconcile()).toEqual({ tags: 0, requested: 0, deleted: 1 });
    expect(await liveTags()).toEqual([]);
  });

  it('takes a repository that is in no catalogue and answers for one that is there', async () => {
    await site.run({ image: one, tag: '1.0' });
    site.registry.unlisted.add('team/api');
    expect(await reconcile()).toEqual({ tags: 1, requested: 0, deleted: 0 });
    expect(await liveTags()).toEqual(['team/api:1.0']);
  });

  it('goes on when one repository cannot be read, takes nothing of it away, and says so', async () => {
    await site.run({ image: one, tag: '1.0' });
    site.registry.push('team/zzz', two, '2.0');
    site.registry.broken.add('team/api');
    await expect(reconcile()).rejects.toMatchObject({
      code: 'reconcile-incomplete',
      message: expect.stringContaining('team/api'),
    });
    expect(await liveTags()).toEqual(['team/api:1.0', 'team/zzz:2.0']);
  });

  it('asks again for what failed', async () => {
    await site.run({ image: one, tag: '1.0' });
    await site.database.scan.updateMany({ data: { state: 'failed' } });
    expect(await reconcile()).toMatchObject({ requested: 1 });
  });

  it('stops when it is told to', async () => {
    site.registry.push('team/api', one, '1.0');
    const stop = AbortSignal.abort(new Error('stopping'));
    await expect(site.reconcile.reconcile(site.registryId, stop)).rejects.toThrow('stopping');
    expect(await site.database.scan.count()).toBe(0);
  });

  it('of a registry nobody configured is refused', async () => {
    await expect(site.reconcile.reconcile(99, new AbortController().signal)).rejects.toMatchObject({
      code: 'registry-unknown',
    });
  });
});
