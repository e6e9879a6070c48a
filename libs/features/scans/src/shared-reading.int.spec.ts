import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildImage, buildLayer, npmPackage } from '@tidewaiter/testing';
import { RequestRereading } from './request-rereading';
import { debianLayer, ScanSite } from './testing/scan-site';
import { WorkClaims, type WorkToShare } from './work-claims';

let site: ScanSite;
beforeAll(async () => {
  site = await ScanSite.open();
});
afterAll(() => site.close());

const base = debianLayer('openssl=3.0.1-1');
const app = (name: string) => buildImage({ layers: [base, buildLayer([npmPackage(`app/node_modules/${name}`)])] });

/** How often each blob was pulled since the last look. */
function pulls(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const digest of site.registry.pulled.splice(0)) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
}

describe('scans at the same time', () => {
  it('of one digest in many repositories read it once, and each has its end and its news', async () => {
    const image = app('one');
    const repositories = ['a', 'b', 'c', 'd', 'e'];
    const ids = await Promise.all(repositories.map((repository) => site.order({ image, repository, tag: '1.0' })));
    await Promise.all(ids.map((id) => site.carryOut(id)));
    expect([...pulls().values()]).toEqual([1, 1, 1]);
    const scans = await site.database.scan.findMany({ where: { id: { in: ids } }, include: { manifest: true } });
    expect(scans.filter(({ state }) => state === 'finished')).toHaveLength(5);
    expect(scans.filter(({ pulledBytes }) => pulledBytes > 0n)).toHaveLength(1);
    expect(new Set(scans.map(({ manifest }) => manifest.mediaType))).toEqual(new Set([image.descriptor.mediaType]));
    expect(await site.database.manifestImage.count()).toBe(5);
    expect(await site.messages()).toHaveLength(5);
  });

  it('of images with a common base read the base once', async () => {
    const newBase = debianLayer('openssl=3.0.1-2');
    const images = ['x', 'y', 'z'].map((name) =>
      buildImage({ layers: [newBase, buildLayer([npmPackage(`app/node_modules/${name}`)])] }),
    );
    const ids = await Promise.all(
      images.map((image, index) => site.order({ image, repository: `base/${index}`, tag: '1' })),
    );
    await Promise.all(ids.map((id) => site.carryOut(id)));
    const counts = pulls();
    expect(counts.size).toBe(7);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  });

  it('leave no claim behind', async () => {
    expect(await site.database.workClaim.count()).toBe(0);
  });
});

describe('images that other extractors read', () => {
  it('are asked for again in the lane of rescans, each once', async () => {
    const image = app('older');
    await site.run({ image, tag: '1.0', repository: 'team/older' });
    await site.run({ image, tag: '1.0', repository: 'team/copy' });
    const { digest } = image.descriptor;
    const older = await site.database.image.update({ where: { digest }, data: { inventoryKey: 'older' } });
    const rereading = new RequestRereading(site.database, site.requestScan);
    expect(await rereading.request()).toBe(1);
    expect(await rereading.request()).toBe(0);
    const scan = await site.database.scan.findFirstOrThrow({ where: { state: 'queued' } });
    expect(scan).toMatchObject({ lane: 'rescan', cause: 'revision', tag: null });
    await site.carryOut(scan.id);
    expect((await site.image(image)).inventoryKey).not.toBe(older.inventoryKey);
    expect(await rereading.request()).toBe(0);
    // The layers had been read by the extractors of today.
    expect((await site.database.scan.findUniqueOrThrow({ where: { id: scan.id } })).pulledBytes).toBe(0n);
  });
});

describe('claims', () => {
  const times = { leaseMs: 600, patienceMs: 200 };
  let results: Map<string, string>;
  beforeEach(() => {
    results = new Map();
  });

  /** Work whose result anybody finds once it is made; `made` tells by whom. */
  function work(key: string, change: Partial<WorkToShare<string>> & { name?: string } = {}): WorkToShare<string> {
    const { name = 'somebody', ...rest } = change;
    return {
      key,
      lane: 'push',
      signal: new AbortController().signal,
      find: () => Promise.resolve(results.get(key)),
      make: () => {
        results.set(key, name);
        return Promise.resolve(name);
      },
      ...rest,
    };
  }

  /** As a process leaves it that was killed. */
  async function claimOfTheDead(key: string, lastsMs: number, urgency = 0): Promise<void> {
    const [claimedAt, expiresAt] = [new Date(), new Date(Date.now() + lastsMs)];
    await site.database.workClaim.create({ data: { key, holder: randomUUID(), urgency, claimedAt, expiresAt } });
  }

  it('of the dead are waited for until they end, and not longer', async () => {
    await claimOfTheDead('dead', 400);
    const startedAt = Date.now();
    expect(await new WorkClaims(site.database, times).findOrMake(work('dead'))).toBe('somebody');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(390);
  });

  it('of the living are renewed for as long as the work takes', async () => {
    const claims = new WorkClaims(site.database, times);
    const slow = work('long', {
      make: async () => {
        await sleep(1_500);
        results.set('long', 'slow');
        return 'slow';
      },
    });
    const first = claims.findOrMake(slow);
    await sleep(100);
    expect(await claims.findOrMake(work('long'))).toBe('slow');
    expect(await first).toBe('slow');
  });

  it('whose work failed go to the next in line', async () => {
    const claims = new WorkClaims(site.database, times);
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const make = async (): Promise<string> => {
      begin();
      await sleep(100);
      throw new Error('no');
    };
    const failing = claims.findOrMake(work('broken', { make }));
    await begun;
    const others = [1, 2].map((name) => claims.findOrMake(work('broken', { name: `other ${name}` })));
    await expect(failing).rejects.toThrow('no');
    expect(new Set(await Promise.all(others)).size).toBe(1);
  });

  it('of a less urgent lane do not hold up a more urgent one for long, and the other way round they do', async () => {
    const claims = new WorkClaims(site.database, { leaseMs: 60_000, patienceMs: 200 });
    await claimOfTheDead('backfill', 60_000, 3);
    expect(await claims.findOrMake(work('backfill', { lane: 'push' }))).toBe('somebody');
    await claimOfTheDead('push', 60_000, 0);
    const signal = AbortSignal.timeout(600);
    await expect(claims.findOrMake(work('push', { lane: 'backfill', signal }))).rejects.toThrow('timeout');
  });
});
