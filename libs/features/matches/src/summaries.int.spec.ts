import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '@tidewaiter/db';
import { readCounts } from './image-counts';
import { addToSummaries, writeSummaries, writeSuppressed } from './summaries';
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

const inOne = (work: (tx: Transaction) => Promise<unknown>) => site.database.$transaction(work);
const write = (...images: readonly number[]) => inOne((tx) => writeSummaries(tx, images));

/** `2 packages, 1 critical, 1 high, 0 suppressed`, by image. */
async function counts(): Promise<readonly string[]> {
  return [...(await readCounts(site.database)).values()].map(
    ({ packages, critical, high, suppressed }) =>
      `${packages} packages, ${critical} critical, ${high} high, ${suppressed ?? 0} suppressed`,
  );
}

/** The rows of a table, in the versions that they are there in. */
function versions(table: 'part_summary' | 'image_repetition'): Promise<readonly { id: number; version: string }[]> {
  return site.database.$queryRawUnsafe(
    `SELECT ${table === 'part_summary' ? 'part_id' : 'image_id'} AS id, xmin::text AS version FROM ${table} ORDER BY 1`,
  );
}

async function worsen(name: string, id: number): Promise<void> {
  await site.putAdvisory({ id: `GHSA-${name}-more`, package: name });
  await site.judgePackages.judge([id], { kind: 'feed', source: 'osv:npm', run: 1 });
}

describe('images that are made of the same parts', () => {
  it('share their counts: another image counts nothing, and a change is written once for all', async () => {
    await write(await site.addImage('one', [[a, b], [c]]));
    const before = await versions('part_summary');
    const others = [
      await site.addImage('two', [[a, b], [c]]),
      await site.addImage('three', [[], [a, b], [c]]),
      await site.addImage('four', [[a, b]]),
    ];
    await write(...others);
    const after = await versions('part_summary');
    expect(after).toHaveLength(before.length + 1);
    expect(after).toEqual(expect.arrayContaining([...before]));
    const images = await versions('image_repetition');
    await worsen('a', a);
    expect(await site.judgePackages.recount()).toBe(4);
    const changed = (await versions('part_summary')).filter((row, index) => row.version !== after[index]?.version);
    expect(changed).toHaveLength(1);
    expect(await versions('image_repetition')).toEqual(images);
    expect(await counts()).toEqual([
      '3 packages, 1 critical, 2 high, 0 suppressed',
      '3 packages, 1 critical, 2 high, 0 suppressed',
      '3 packages, 1 critical, 2 high, 0 suppressed',
      '2 packages, 1 critical, 2 high, 0 suppressed',
    ]);
  });

  it('may be recorded by several at once, in whatever order', async () => {
    const layers = [[a], [b], [c], [a, b], [b, c], [a, b, c]];
    const images: number[] = [];
    for (let n = 0; n < 12; n += 1)
      images.push(await site.addImage(`image ${String(n)}`, n % 2 === 0 ? layers : [...layers].reverse()));
    const halves = [images, [...images].reverse(), images.slice(0, 6), images.slice(6)];
    await Promise.all([...halves, ...halves].map((half) => write(...half)));
    expect(await site.database.partSummary.count()).toBe(6);
    expect(await counts()).toEqual(images.map(() => '3 packages, 1 critical, 1 high, 0 suppressed'));
  });
});

describe('a package that several parts of an image have', () => {
  it('counts once, also when its part is there twice, and when its findings change', async () => {
    await write(
      await site.addImage('one', [
        [a, b],
        [b, c],
      ]),
      await site.addImage('two', [[b, c], [a], [b, c], [b]]),
    );
    expect(await counts()).toEqual(Array(2).fill('3 packages, 1 critical, 1 high, 0 suppressed'));
    await worsen('b', b);
    expect(await site.judgePackages.recount()).toBe(2);
    expect(await counts()).toEqual(Array(2).fill('3 packages, 1 critical, 2 high, 0 suppressed'));
    await site.putAdvisory({ id: 'GHSA-b', package: 'b', withdrawn: true });
    await worsen('c', c);
    await site.judgePackages.judge([b], { kind: 'feed', source: 'osv:npm', run: 1 });
    await site.judgePackages.recount();
    expect(await counts()).toEqual(Array(2).fill('3 packages, 1 critical, 2 high, 0 suppressed'));
  });

  it('counts once in an image that is recorded again with other parts', async () => {
    const image = await site.addImage('one', [
      [a, b],
      [b, c],
    ]);
    await write(image);
    const known = await site.database.imagePart.findMany({ orderBy: { layerIndex: 'desc' } });
    await inOne(async (tx) => {
      await tx.imagePart.deleteMany({ where: { imageId: image } });
      for (const { partId } of known) await tx.imagePart.create({ data: { imageId: image, partId, layerIndex: 0 } });
      const data = { digest: Buffer.from('00', 'hex'), packageIds: [b], locations: [] };
      const part = await tx.inventoryPart.create({ data });
      await tx.imagePart.create({ data: { imageId: image, partId: part.id, layerIndex: 1 } });
      await writeSummaries(tx, [image]);
    });
    expect(await counts()).toEqual(['3 packages, 1 critical, 1 high, 0 suppressed']);
  });
});

describe('an image that is recorded while its packages are counted', () => {
  it('is right when the counting comes after it, of parts that are known', async () => {
    await write(await site.addImage('one', [[a, b], [b]]));
    await worsen('b', b);
    const other = await site.addImage('two', [[a, b], [b]]);
    let counting: Promise<unknown> = Promise.resolve();
    await inOne(async (tx) => {
      await writeSummaries(tx, [other]);
      counting = site.judgePackages.recount();
      await sleep(300);
    });
    await counting;
    expect(await counts()).toEqual(Array(2).fill('2 packages, 1 critical, 2 high, 0 suppressed'));
  });

  it('is right when it waits for the counting, of parts that are known and new', async () => {
    await write(await site.addImage('one', [[a, b]]));
    const others = [await site.addImage('two', [[a, b], [b]]), await site.addImage('three', [[b, c]])];
    await worsen('b', b);
    let writing: Promise<unknown> = Promise.resolve();
    await inOne(async (tx) => {
      await addToSummaries(tx, [b]);
      writing = write(...others);
      await sleep(300);
    });
    await writing;
    expect(await counts()).toEqual([
      '2 packages, 1 critical, 2 high, 0 suppressed',
      '2 packages, 1 critical, 2 high, 0 suppressed',
      '2 packages, 0 critical, 2 high, 0 suppressed',
    ]);
  });
});

describe('what is suppressed in one of two images of the same parts', () => {
  it('is left out of the counts of this one alone, and given back to it', async () => {
    const images = [await site.addImage('one', [[a, b], [b]]), await site.addImage('two', [[a, b], [b]])];
    await write(...images);
    const { id } = await site.database.match.findFirstOrThrow({ where: { packageId: b } });
    const long = new Date('2020-01-01');
    const [first = 0] = images;
    const suppress = async (...ids: readonly bigint[]) => {
      await site.database.imageRepetition.updateMany({ data: { updatedAt: long } });
      const before = await inOne((tx) => writeSuppressed(tx, first, ids));
      const rows = await site.database.imageRepetition.findMany({ orderBy: { imageId: 'asc' } });
      return { before, isOfNow: rows.map(({ updatedAt }) => updatedAt > long) };
    };
    expect(await suppress(id)).toEqual({ before: [], isOfNow: [true, false] });
    expect(await counts()).toEqual([
      '2 packages, 1 critical, 0 high, 1 suppressed',
      '2 packages, 1 critical, 1 high, 0 suppressed',
    ]);
    expect(await suppress()).toEqual({ before: [id], isOfNow: [true, false] });
    expect(await counts()).toEqual(Array(2).fill('2 packages, 1 critical, 1 high, 0 suppressed'));
  });
});
