import { recordPackages } from './package-rows';
import { npmPackage, VerdictSite } from './testing/verdict-site';

let site: VerdictSite;
beforeEach(async () => {
  site = await VerdictSite.open();
});
afterEach(() => site.close());

describe('recorded packages', () => {
  it('are rows of their own by everything that can change a verdict, in the order given', async () => {
    const [first, again, other, owned] = await site.database.$transaction((tx) =>
      recordPackages(tx, [
        npmPackage('lodash@1.0.0'),
        npmPackage('lodash@1.0.0'),
        npmPackage('lodash@1.0.1'),
        { ...npmPackage('lodash@1.0.0'), ownedBy: 'pkg:deb/debian/node-lodash@1', keys: [] },
      ]),
    );
    expect(again).toBe(first);
    expect(new Set([first, other, owned]).size).toBe(3);
    expect(await site.record('lodash@1.0.1', 'lodash@1.0.0')).toEqual([other, first]);
    expect(await site.database.packageKey.count()).toBe(2);
  });

  it('of images that are recorded at once share their rows, whatever their order', async () => {
    const texts = Array.from({ length: 300 }, (_, n) => `p${String(n)}@1.0.0`);
    const rounds = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((shift) => site.record(...[...texts.slice(shift * 50), ...texts.slice(0, shift * 50)])),
    );
    expect(await site.database.package.count()).toBe(300);
    expect(await site.database.packageKey.count()).toBe(300);
    for (const ids of rounds) expect(new Set(ids).size).toBe(300);
  });

  it('may have names that hold what Postgres has no character for', async () => {
    const [id = 0] = await site.record('evil\u0000name\ud800@1.0.0');
    expect(await site.record('evil\u0000name\ud800@1.0.0')).toEqual([id]);
    expect(await site.database.package.findFirst()).toMatchObject({ name: 'evil\ufffdname\ufffd' });
    await site.judgePackages.judgeNew([id]);
  });
});
