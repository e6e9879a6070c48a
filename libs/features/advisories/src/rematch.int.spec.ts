import { readCounts } from '@tidewaiter/features/matches';
import { Dice } from '@tidewaiter/testing';
import { AdvisorySite, critical, medium } from './testing/advisory-site';

const packages = ['a', 'b', 'c', 'd'];
const names = packages.flatMap((name) => [`${name}@1.0.0`, `${name}@2.0.0`]);

let site: AdvisorySite;
beforeEach(async () => {
  site = await AdvisorySite.open();
});
afterEach(() => site.close());

describe('judging again what changed', () => {
  it.each([1, 3])('comes to what judging everything anew comes to, whatever changed (%i)', async (seed) => {
    const dice = new Dice(seed);
    const sourceId = await site.addSource(
      'npm',
      Array.from({ length: 14 }, (_, n) => recordOf(n, dice)),
    );
    await site.bring(sourceId);
    const ids = await site.addPackages(...names);
    const imageId = await site.addImage('all', ids);
    const seen = { changes: 0, findings: 0 };
    for (let round = 0; round < 8; round += 1) {
      for (let n = dice.below(3); n >= 0; n -= 1) {
        const at = dice.below(14);
        // Removing more than a fifth at once is not believed.
        if (dice.below(8) === 0 && round % 4 === 0) await site.remove('npm', idOf(at));
        else await site.write('npm', recordOf(at, dice));
      }
      if (dice.below(3) === 0) {
        const [, nvd = ''] = await site.scores({ id: cveOf(dice.below(4)), vector: dice.pick([critical, medium]) });
        await site.bring(nvd);
      }
      await site.bring(sourceId);
      seen.findings += await site.database.match.count({ where: { closedAt: null } });
      seen.changes += (await site.newTransitions()).length;
      const anew = await site.judgePackages.judge(ids, { kind: 'package' });
      expect([round, anew.changes]).toEqual([round, 0]);
    }
    expect(await site.dirtyKeys()).toEqual([]);
    expect(seen.findings).toBeGreaterThan(20);
    expect(seen.changes).toBeGreaterThan(5);
    await countedRight(imageId);
  });
});

/** The summary of an image that holds everything is the count of everything. */
async function countedRight(imageId: number): Promise<void> {
  const open = await site.database.match.findMany({ where: { closedAt: null } });
  const count = (severity: string) =>
    open.filter((match) => match.state === 'affected' && match.severity === severity).length;
  expect((await readCounts(site.database)).get(imageId)).toMatchObject({
    critical: count('critical'),
    medium: count('medium'),
  });
}

/** A record of any kind: plain, a bundle, an alias of others, withdrawn, about several packages. */
function recordOf(n: number, dice: Dice) {
  const links = Array.from({ length: dice.below(3) }, () =>
    dice.below(3) === 0 ? idOf(dice.below(14)) : cveOf(dice.below(4)),
  );
  const isDerived = dice.below(3) === 0;
  const affects = Object.fromEntries(
    Array.from({ length: dice.below(3) }, () => [dice.pick(packages), dice.pick([null, '1.5.0', '2.5.0'])]),
  );
  return {
    id: idOf(n),
    vector: dice.pick([critical, medium]),
    affects,
    ...(isDerived ? { upstream: links } : { aliases: links }),
    ...(dice.below(8) === 0 ? { withdrawn: '2026-01-02T00:00:00Z' } : {}),
  };
}

function idOf(n: number): string {
  return n % 4 === 0 ? `DSA-${String(n)}` : `GHSA-${String(n)}`;
}

function cveOf(n: number): string {
  return `CVE-2026-${String(1_000 + n)}`;
}
