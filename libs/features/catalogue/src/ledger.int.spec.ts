import { CoverageRepository } from '@tidewaiter/features/coverage';
import { bookworm, buildImage, buildIndex, buildLayer, dpkg, type BuiltImage } from '@tidewaiter/testing';
import { CatalogueSite } from './testing/catalogue-site';

/** mulberry32: the same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

function image(number: number): BuiltImage {
  const layers = [buildLayer([bookworm, dpkg(`openssl=3.0.${String(number)}-1`)])];
  return buildImage({ layers, platform: { os: 'linux', architecture: 'amd64' } });
}

const images = Array.from({ length: 8 }, (_, number) => image(number));
const pushable = [...images, buildIndex(images.slice(0, 2)), buildIndex(images.slice(2, 4))];

/** One thing that clients do. Half of the pushes are told by an event, which may come late; nothing else is told. */
async function step(site: CatalogueSite, roll: (sides: number) => number): Promise<void> {
  const { registry, registryId } = site;
  const repository = `team/${String(roll(4))}`;
  const entries = await registry.entries([repository]);
  const [place = '', digest = ''] = (entries[roll(Math.max(1, entries.length))] ?? '').split(' ');
  const [, tag] = place.split(':');
  const kind = roll(10);
  if (kind < 6 || entries.length === 0) {
    const pushed = pushable[roll(pushable.length)] ?? image(0);
    const newTag = ['latest', 'v1', 'v2', `sha256-${'0'.repeat(64)}.sig`, undefined][roll(5)];
    await registry.push(repository, pushed, newTag);
    const request = { registryId, repository, digest: pushed.descriptor.digest, cause: 'push' as const };
    if (roll(2) === 0) await site.requestScan.request(newTag === undefined ? request : { ...request, tag: newTag });
  } else if (kind < 8) {
    if (tag !== undefined) await registry.untag(repository, tag);
  } else if (kind === 8) {
    // An index keeps its images.
    await registry.deleteManifest(repository, digest).catch((error: unknown) => {
      if (!String(error).includes('409')) throw error;
    });
  } else if (roll(3) === 0) await registry.deleteRepository(repository);
  if (roll(12) === 0) await site.scanAll();
}

let site: CatalogueSite;
beforeAll(async () => {
  site = await CatalogueSite.open();
}, 60_000);
beforeEach(() => site.empty());
afterAll(() => site.close());

it.each([1, 2])(
  'whatever is pushed, moved and deleted, after a walk the ledger is the catalogue (seed %i)',
  async (seed) => {
    const roll = dice(seed);
    const repository = new CoverageRepository(site.database);
    for (let round = 0; round < 2; round += 1) {
      for (let count = 0; count < 15; count += 1) await step(site, roll);
      await site.reconcile();
      expect(await site.entries()).toEqual(await site.registry.entries());
      const { total, deleted: _deleted, ...states } = (await site.coverage.summarize({})).totals;
      expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(total);
      expect([states.unscanned, await repository.countUnaccounted()]).toEqual([0, 0]);
    }
    await site.scanAll();
    await site.reconcile();
    await site.scanAll();
    expect((await site.coverage.summarize({})).totals).toMatchObject({ queued: 0, running: 0, unscanned: 0 });
    expect(await site.entries()).toEqual(await site.registry.entries());
  },
  60_000,
);
