import type { Transaction } from '@tidewaiter/db';
import { countsOfAll } from './image-counts';
import { eachRanked, hasDrift, rankImages } from './image-ranks';
import { recountImages } from './recount-images';
import { writeSummaries, writeSuppressed } from './summaries';
import { VerdictSite } from './testing/verdict-site';

let site: VerdictSite;
let a: number;
let b: number;
let c: number;
beforeEach(async () => {
  site = await VerdictSite.open();
  [a, b, c] = await site.recordTwoAffected();
});
afterEach(() => site.close());

const inOne = (work: (tx: Transaction) => Promise<unknown>) => site.database.$transaction(work, { timeout: 60_000 });
const write = (...images: readonly number[]) => inOne((tx) => writeSummaries(tx, images));

async function addImage(name: string, layers: readonly (readonly number[])[]): Promise<number> {
  const id = await site.addImage(name, layers);
  await write(id);
  return id;
}

let advisories = 0;

/** One more finding of the package, or with `withdrawn` one fewer. */
async function change(name: string, id: number, withdrawn = false): Promise<void> {
  if (!withdrawn) advisories += 1;
  await site.putAdvisory({ id: `GHSA-${name}-${String(advisories)}`, package: name, withdrawn });
  await site.judgePackages.judge([id], { kind: 'feed', source: 'osv:npm', run: 1 });
}

/** Critical and high of each image, by its rank. */
async function ranks(): Promise<readonly string[]> {
  const rows = await site.database.imageRank.findMany({ orderBy: { imageId: 'asc' } });
  return rows.map(({ critical, high }) => `${String(critical)} ${String(high)}`);
}

/** How far ranks may be from the counts, what is more before what is less. */
async function drift(): Promise<string> {
  const row = await site.database.imageDrift.findUniqueOrThrow({ where: { id: 1 } });
  return `${String(row.gainedCritical)} ${String(row.gainedHigh)} - ${String(row.lostCritical)} ${String(row.lostHigh)}`;
}

/** Images whose counts are further from their ranks than is said, with everything seen at one moment. */
function wronglyRanked(): Promise<readonly unknown[]> {
  return site.database.$queryRaw`
    SELECT i.id, k.*, d.*, ${eachRanked('s.$ AS now_$')}
      FROM image i ${countsOfAll} LEFT JOIN image_rank k ON k.image_id = i.id CROSS JOIN image_drift d
     WHERE s.packages IS NOT NULL
       AND (k.image_id IS NULL OR ${eachRanked('s.$ > k.$ + d.gained_$ OR s.$ < k.$ - d.lost_$ OR d.gained_$ < 0 OR d.lost_$ < 0', ' OR ')})`;
}

it('an image is ranked when it is recorded', async () => {
  await addImage('one', [[a, b], [b], [c]]);
  await addImage('two', [[c]]);
  expect(await ranks()).toEqual(['1 1', '0 0']);
  expect(await drift()).toBe('0 0 - 0 0');
  expect(await hasDrift(site.database)).toBe(false);
  expect(await rankImages(site.database)).toBe(0);
});

it('a package that no image holds makes no rank wrong', async () => {
  await addImage('one', [[a]]);
  await change('b', b);
  await site.judgePackages.recount();
  expect(await drift()).toBe('0 0 - 0 0');
});

it('what changes of packages leaves ranks what they are until images are ranked, and says how wrong they may be', async () => {
  for (const layers of [[[a, b], [b]], [[a, b]], [[c]], [[b]]]) await addImage(JSON.stringify(layers), layers);
  await change('b', b);
  await change('b', b);
  await site.putAdvisory({ id: 'GHSA-a', package: 'a', severity: 'high' });
  await site.judgePackages.judge([a], { kind: 'feed', source: 'osv:npm', run: 1 });
  await site.judgePackages.recount();
  expect(await ranks()).toEqual(['1 1', '1 1', '0 0', '0 1']);
  expect(await drift()).toBe('0 3 - 1 0');
  expect(await wronglyRanked()).toEqual([]);
  expect(await rankImages(site.database)).toBe(3);
  expect(await ranks()).toEqual(['0 4', '0 4', '0 0', '0 3']);
  expect(await drift()).toBe('0 0 - 0 0');
  await change('c', c);
  await site.judgePackages.recount();
  expect(await rankImages(site.database)).toBe(1);
  expect(await ranks()).toEqual(['0 4', '0 4', '0 1', '0 3']);
});

it('images of which one is ranked anew only are still said to be wrong', async () => {
  await addImage('one', [[b]]);
  await change('b', b);
  await site.judgePackages.recount();
  await expect(rankImages(site.database, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  expect([await ranks(), await drift()]).toEqual([['0 1'], '0 1 - 0 0']);
  await addImage('two', [[b], [c]]);
  await change('c', c);
  await site.judgePackages.recount();
  expect([await ranks(), await drift()]).toEqual([['0 1', '0 2'], '0 2 - 0 0']);
  expect(await rankImages(site.database)).toBe(2);
  expect([await ranks(), await drift()]).toEqual([['0 2', '0 3'], '0 0 - 0 0']);
});

it('what is suppressed in an image changes its own rank at once', async () => {
  const image = await addImage('one', [[a, b]]);
  await addImage('two', [[a, b]]);
  const { id } = await site.database.match.findFirstOrThrow({ where: { packageId: a } });
  await inOne((tx) => writeSuppressed(tx, image, [id]));
  expect([await ranks(), await drift()]).toEqual([['0 1', '1 1'], '0 0 - 0 0']);
  await inOne((tx) => writeSuppressed(tx, image, []));
  expect(await ranks()).toEqual(['1 1', '1 1']);
});

it('ranks are never further from the counts than is said, whatever is done at once', async () => {
  const layers = [[a], [b], [c], [a, b], [b, c], [a, b, c]];
  const images: number[] = [];
  for (let n = 0; n < 24; n += 1)
    images.push(await addImage(`image ${String(n)}`, [layers[n % 6] ?? [], layers[(n + (n % 4)) % 6] ?? []]));
  const { id: matchId } = await site.database.match.findFirstOrThrow({ where: { packageId: a } });
  let isOver = false;
  const during = async (work: (n: number) => Promise<unknown>): Promise<void> => {
    for (let n = 0; !isOver; n += 1) await work(n);
  };
  const changing = async (): Promise<void> => {
    for (let n = 0; n < 8; n += 1) {
      await change('b', b, n % 3 === 2);
      await change('c', c, n % 4 === 3);
      await recountImages(site.database);
    }
    isOver = true;
  };
  let checks = 0;
  await Promise.all([
    changing(),
    during(() => rankImages(site.database)),
    during(() => rankImages(site.database)),
    during((n) => write(...images.filter((id) => id % 5 === n % 5))),
    during((n) => inOne((tx) => writeSuppressed(tx, images[n % 24] ?? 0, n % 2 === 0 ? [matchId] : []))),
    during(async () => {
      expect(await wronglyRanked()).toEqual([]);
      checks += 1;
    }),
  ]);
  expect(checks).toBeGreaterThan(5);
  await rankImages(site.database);
  expect(await drift()).toBe('0 0 - 0 0');
  expect(await wronglyRanked()).toEqual([]);
}, 60_000);
