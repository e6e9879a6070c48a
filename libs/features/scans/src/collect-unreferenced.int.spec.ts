import { buildImage, type BuiltImage } from '@tidewaiter/testing';
import { CollectUnreferenced } from './collect-unreferenced';
import { debianLayer, ScanSite } from './testing/scan-site';

const base = debianLayer('openssl=3.0.1-1');
const image = (packages: string): BuiltImage =>
  buildImage({ layers: [base, debianLayer(packages)], platform: { os: 'linux', architecture: 'amd64' } });
const kept = image('openssl=3.0.1-1 zlib=1.2.13-1');
const left = image('openssl=3.0.1-1 curl=7.88.1-10');

let site: ScanSite;
let collect: () => Promise<unknown>;
beforeAll(async () => {
  site = await ScanSite.open();
  collect = () => new CollectUnreferenced(site.database).collect(30);
  await site.run({ image: kept, tag: 'kept' });
  await site.run({ image: left, tag: 'left' });
}, 60_000);
afterAll(() => site.close());

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

function deleted(built: BuiltImage, deletedAt: Date | null, repository = 'team/api') {
  const where = { digest: built.descriptor.digest, repository: { name: repository } };
  return site.database.manifest.updateMany({ where, data: { deletedAt } });
}

async function counts() {
  const { database } = site;
  const [images, parts] = [database.image.count(), database.inventoryPart.count()];
  const summaries = [database.imageRepetition.count(), database.partSummary.count()];
  return Promise.all([images, parts, ...summaries, database.layerEvidence.count()]);
}

it('what some registry has, had lately, or has elsewhere stays, however old it is', async () => {
  await site.database.image.updateMany({ data: { scannedAt: daysAgo(100) } });
  await site.database.layerEvidence.updateMany({ data: { createdAt: daysAgo(100) } });
  const before = await counts();
  await deleted(left, daysAgo(29));
  expect(await collect()).toEqual({ images: 0, parts: 0, layers: 0 });
  await site.run({ image: left, repository: 'team/copy', tag: 'copy' });
  await site.database.image.updateMany({ data: { scannedAt: daysAgo(100) } });
  await deleted(left, daysAgo(40));
  expect(await collect()).toEqual({ images: 0, parts: 0, layers: 0 });
  expect(await counts()).toEqual(before);
});

it('what nobody has had for so long goes, and nothing that another image is made of goes with it', async () => {
  const shared = await site.image(kept);
  await deleted(left, daysAgo(31), 'team/copy');
  expect(await collect()).toEqual({ images: 1, parts: 1, layers: 1 });
  expect(await collect()).toEqual({ images: 0, parts: 0, layers: 0 });
  expect(await site.image(kept)).toEqual(shared);
  expect(await site.database.image.count({ where: { digest: left.descriptor.digest } })).toBe(0);
});

it('what comes back is read again as if it were new', async () => {
  await deleted(left, null);
  expect(await site.run({ image: left, tag: 'again' })).toMatchObject({ images: 1 });
  expect((await site.image(left)).parts.length).toBeGreaterThan(0);
});

it('of a registry that is no longer configured, everything goes after the same time', async () => {
  await site.database.registry.updateMany({ data: { removedAt: daysAgo(31) } });
  await site.database.image.updateMany({ data: { scannedAt: daysAgo(31) } });
  expect(await collect()).toMatchObject({ images: 2 });
  expect((await counts()).slice(0, 4)).toEqual([0, 0, 0, 0]);
});
