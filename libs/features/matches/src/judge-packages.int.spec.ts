import { setTimeout as sleep } from 'node:timers/promises';
import { countsOfAll, readCounts } from './image-counts';
import { holdVerdicts } from './package-rows';
import { writeSummaries } from './summaries';
import { VerdictSite } from './testing/verdict-site';

let site: VerdictSite;
beforeEach(async () => {
  site = await VerdictSite.open();
});
afterEach(() => site.close());

const feedCause = { kind: 'feed', source: 'osv:npm', run: 1 } as const;

async function kindsOfTransitions(): Promise<readonly string[]> {
  const rows = await site.database.transition.findMany({ orderBy: { id: 'asc' } });
  return rows.map((row) => row.kind);
}

describe('judging', () => {
  it('opens the matches of new packages, and only theirs', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0' });
    const ids = await site.record('lodash@1.0.0', 'lodash@2.0.0', 'minimist@1.0.0');
    expect(await site.judgePackages.judgeNew(ids)).toEqual({ judged: 3, changes: 1 });
    expect(await site.openMatches()).toEqual(['lodash@1.0.0 GHSA-1 affected high -> 2.0.0']);
    expect(await site.judgePackages.judgeNew(ids)).toEqual({ judged: 0, changes: 0 });
  });

  it('again changes nothing: no transition and no row of a match', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0' });
    await site.putAdvisory({ id: 'GHSA-2', package: 'lodash' });
    const ids = await site.record('lodash@1.0.0');
    const imageId = await site.addImage('a', [ids]);
    await site.judgePackages.judgeNew(ids);
    const rows = () => site.database.$queryRaw`SELECT id, xmin::text FROM match ORDER BY id`;
    await site.database.$transaction((tx) => writeSummaries(tx, [imageId]));
    const [matches, counts] = [await rows(), await readCounts(site.database)];
    expect(await site.judgePackages.judge(ids, feedCause)).toEqual({ judged: 1, changes: 0 });
    expect(await rows()).toEqual(matches);
    expect(await kindsOfTransitions()).toEqual(['opened', 'opened']);
    expect(counts.get(imageId)).toMatchObject({ high: 2 });
    expect(await readCounts(site.database)).toEqual(counts);
  });

  it('keeps the row and the age of a match whose severity or fix changed', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    const ids = await site.record('lodash@1.0.0');
    await site.judgePackages.judgeNew(ids);
    const before = await site.database.match.findFirstOrThrow();
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0' });
    await site.judgePackages.judge(ids, feedCause);
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0', severity: 'critical' });
    await site.judgePackages.judge(ids, feedCause);
    const { id, openedAt } = before;
    expect(await site.database.match.findMany()).toMatchObject([
      { id, openedAt, severity: 'critical', fixedIn: '2.0.0', closedAt: null },
    ]);
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', severity: 'critical' });
    await site.judgePackages.judge(ids, feedCause);
    expect(await kindsOfTransitions()).toEqual(['opened', 'fix-available', 'severity-changed', 'fix-withdrawn']);
    const withdrawn = await site.database.transition.findFirstOrThrow({ where: { kind: 'fix-withdrawn' } });
    expect(withdrawn).toMatchObject({ cause: feedCause, detail: { before: { fixedIn: '2.0.0' }, fixedIn: null } });
  });

  it('closes a match in the moment its successor opens, so that history has no gap', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0' });
    const ids = await site.record('lodash@1.0.0');
    await site.judgePackages.judgeNew(ids);
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: 'not a version' });
    await site.judgePackages.judge(ids, feedCause);
    const [first, second] = await site.database.match.findMany({ orderBy: { id: 'asc' } });
    expect(first).toMatchObject({ state: 'affected', closedAt: second?.openedAt });
    expect(second).toMatchObject({ state: 'undetermined', closedAt: null });
    expect(await kindsOfTransitions()).toEqual(['opened', 'verdict-changed']);
    const transition = await site.database.transition.findFirstOrThrow({ where: { kind: 'verdict-changed' } });
    expect(transition).toMatchObject({ at: second?.openedAt, cause: feedCause });
  });

  it('closes the match of a withdrawn record', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    const ids = await site.record('lodash@1.0.0');
    await site.judgePackages.judgeNew(ids);
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', withdrawn: true });
    await site.judgePackages.judge(ids, feedCause);
    expect(await site.openMatches()).toEqual([]);
    expect(await kindsOfTransitions()).toEqual(['opened', 'closed']);
  });

  it('shows the range that was compared, as it is now', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash', fixed: '2.0.0' });
    const ids = await site.record('lodash@1.0.0');
    await site.judgePackages.judgeNew(ids);
    await site.database.$executeRaw`
      UPDATE advisory_affected SET ranges = '[{"type": "SEMVER", "events": [{"introduced": "0.5.0"}, {"fixed": "2.0.0"}]}]'`;
    await site.judgePackages.judge(ids, feedCause);
    const { evidence } = await site.database.match.findFirstOrThrow();
    expect(evidence).toMatchObject({ range: '>= 0.5.0, < 2.0.0' });
    expect(await kindsOfTransitions()).toEqual(['opened']);
  });

  it('by two at once is done once', async () => {
    for (let n = 0; n < 5; n += 1) await site.putAdvisory({ id: `GHSA-${String(n)}`, package: 'lodash' });
    const ids = await site.record(...Array.from({ length: 30 }, (_, n) => `lodash@1.0.${String(n)}`));
    await Promise.all(
      [1, 2, 3, 4].map((n) => site.judgePackages.judge(n % 2 === 0 ? ids : [...ids].reverse(), feedCause)),
    );
    expect(await site.database.match.count()).toBe(150);
    expect(await site.database.transition.count()).toBe(150);
  });

  it('leaves a package that a distro owns to the distro', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    const [id = 0] = await site.record('lodash@1.0.0');
    await site.database.package.update({ where: { id }, data: { ownedBy: 'pkg:deb/debian/node-lodash@1' } });
    expect(await site.judgePackages.judgeNew([id])).toMatchObject({ judged: 1, changes: 0 });
  });

  it('never closes a match before it was opened, however long it waited for another', async () => {
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    const ids = await site.record('lodash@1.0.0');
    let waiting: Promise<unknown> = Promise.resolve();
    await site.database.$transaction(async (tx) => {
      await holdVerdicts(tx, ids);
      waiting = site.judgePackages.judge(ids, feedCause);
      await sleep(300);
    });
    const released = new Date();
    await waiting;
    const { openedAt } = await site.database.match.findFirstOrThrow();
    expect(openedAt.getTime()).toBeGreaterThan(released.getTime() - 200);
  });
});

describe('a feed that commits while a package is judged', () => {
  it('is seen by the judging, or finds the package by its key afterwards', async () => {
    const ids = await site.record('lodash@1.0.0');
    let judging: Promise<unknown> = Promise.resolve();
    await site.database.$transaction(async (tx) => {
      await holdVerdicts(tx, ids);
      judging = site.judgePackages.judgeNew(ids);
      await sleep(200);
      // Committed while the judging waits for the package: it must not have looked before.
      await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    });
    await judging;
    expect(await site.openMatches()).toEqual(['lodash@1.0.0 GHSA-1 affected high -> none']);
  });
});

describe('the counts of an image', () => {
  const fromScratch = () => site.database.$queryRaw`
    SELECT ip.image_id, count(DISTINCT k.id)::int AS packages,
           count(DISTINCT m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'critical')::int AS critical,
           count(DISTINCT m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'high')::int AS high,
           count(DISTINCT m.id) FILTER (WHERE m.state = 'affected' AND m.severity = 'medium')::int AS medium,
           count(DISTINCT m.id) FILTER (WHERE m.state = 'undetermined')::int AS undetermined,
           count(DISTINCT m.id) FILTER (WHERE m.state = 'affected' AND m.fixed_in IS NOT NULL)::int AS fixable
      FROM image_part ip JOIN inventory_part p ON p.id = ip.part_id CROSS JOIN unnest(p.package_ids) AS k(id)
      LEFT JOIN match m ON m.package_id = k.id AND m.closed_at IS NULL
     GROUP BY 1 ORDER BY 1`;
  const stored = () => site.database.$queryRaw`
    SELECT i.id AS image_id, packages, critical, high, medium, undetermined, fixable FROM image i ${countsOfAll} ORDER BY 1`;
  const ofFirst = async () => (await readCounts(site.database)).values().next().value;

  it('equal a recount from scratch after every change', async () => {
    const ids = await site.record(...'abcdef'.split('').map((name) => `${name}@1.0.0`));
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ids;
    // b is in two layers of the first; the part of c and d is shared.
    const images = [
      await site.addImage('one', [
        [a, b],
        [b, c, d],
      ]),
      await site.addImage('two', [[c, d], [e]]),
      await site.addImage('three', [[f]]),
    ];
    await site.database.$transaction((tx) => writeSummaries(tx, images));
    await site.judgePackages.judgeNew(ids);
    const steps = [
      { id: 'GHSA-1', package: 'b' },
      { id: 'GHSA-2', package: 'b', severity: 'critical' },
      { id: 'GHSA-1', package: 'b', fixed: '2.0.0' },
      { id: 'GHSA-3', package: 'c', severity: 'medium', fixed: 'not a version' },
      { id: 'GHSA-3', package: 'd', severity: 'medium' },
      { id: 'GHSA-1', package: 'b', fixed: '0.5.0' },
      { id: 'GHSA-4', package: 'e' },
      { id: 'GHSA-2', package: 'b', withdrawn: true },
    ] as const;
    for (const step of steps) {
      await site.putAdvisory(step);
      await site.judgePackages.judge(ids, feedCause);
      await site.judgePackages.recount();
      expect(await stored()).toEqual(await fromScratch());
    }
  });

  it('are brought up to date by the next one when the counting after a judging never came', async () => {
    const ids = await site.record('a@1.0.0', 'b@1.0.0');
    const imageId = await site.addImage('one', [ids]);
    await site.database.$transaction((tx) => writeSummaries(tx, [imageId]));
    await site.putAdvisory({ id: 'GHSA-1', package: 'a' });
    await site.judgePackages.judge(ids, feedCause);
    await site.putAdvisory({ id: 'GHSA-2', package: 'a' });
    await site.judgePackages.judge(ids, feedCause);
    expect(await site.judgePackages.recount()).toBe(1);
    expect(await site.judgePackages.recount()).toBe(0);
    expect(await ofFirst()).toMatchObject({ high: 2 });
  });

  it('hold when packages of one image are judged at once', async () => {
    const [first = 0, second = 0] = await site.record('a@1.0.0', 'b@1.0.0');
    const imageId = await site.addImage('one', [[first, second]]);
    await site.judgePackages.judgeNew([first, second]);
    await site.database.$transaction((tx) => writeSummaries(tx, [imageId]));
    for (const name of ['a', 'b']) await site.putAdvisory({ id: `GHSA-${name}`, package: name });
    const judgeOne = async (id: number): Promise<void> => {
      await site.judgePackages.judge([id], feedCause);
      await site.judgePackages.recount();
    };
    await Promise.all([judgeOne(first), judgeOne(second)]);
    expect(await ofFirst()).toMatchObject({ high: 2 });
    expect(await stored()).toEqual(await fromScratch());
  });

  it('hold when an image gets other packages while its old ones are counted', async () => {
    const [old = 0, other = 0] = await site.record('a@1.0.0', 'b@1.0.0');
    const imageId = await site.addImage('one', [[old]]);
    await site.judgePackages.judgeNew([old, other]);
    await site.database.$transaction((tx) => writeSummaries(tx, [imageId]));
    await site.putAdvisory({ id: 'GHSA-1', package: 'a' });
    await site.judgePackages.judge([old], feedCause);
    let counting: Promise<unknown> = Promise.resolve();
    await site.database.$transaction(async (tx) => {
      await tx.imagePart.deleteMany({ where: { imageId } });
      const part = await tx.inventoryPart.create({
        data: { digest: Buffer.from('00', 'hex'), packageIds: [other], locations: [] },
      });
      await tx.imagePart.create({ data: { imageId, partId: part.id, layerIndex: 0 } });
      await writeSummaries(tx, [imageId]);
      counting = site.judgePackages.recount();
      await sleep(300);
    });
    await counting;
    expect(await ofFirst()).toMatchObject({ high: 0 });
    expect(await stored()).toEqual(await fromScratch());
  });

  it('hold when an image is recorded while its packages are judged', async () => {
    const ids = await site.record('lodash@1.0.0');
    await site.judgePackages.judgeNew(ids);
    await site.putAdvisory({ id: 'GHSA-1', package: 'lodash' });
    let judging: Promise<unknown> = Promise.resolve();
    const imageId = await site.addImage('a', []);
    await site.database.$transaction(async (tx) => {
      const part = await tx.inventoryPart.create({
        data: { digest: Buffer.from('00', 'hex'), packageIds: [...ids], locations: [] },
      });
      await tx.imagePart.create({ data: { imageId, partId: part.id, layerIndex: 0 } });
      await holdVerdicts(tx, ids);
      await writeSummaries(tx, [imageId]);
      judging = site.judgePackages.judge(ids, feedCause).then(() => site.judgePackages.recount());
      await sleep(300);
    });
    await judging;
    expect(await stored()).toEqual(await fromScratch());
    expect(await ofFirst()).toMatchObject({ high: 1 });
  });
});
