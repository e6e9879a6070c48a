import { Dice } from '@tidewaiter/testing';
import { compareWithScratch } from './testing/world/compare';
import { DueAlerts } from './testing/world/due-alerts';
import { alertsDue, happen, judgedAnew, type Happened, type Judged } from './testing/world/play';
import { compareRemembered, remember, type Remembered } from './testing/world/remembered';
import { isWorstFirst, linesDue, linesTold, toldAlerts, type Told } from './testing/world/told-alerts';
import { WorldSite } from './testing/world/world-site';

const steps = 40;

describe('after whatever happened', () => {
  it.each([102, 104, 106, 117])(
    'everything is as if it were judged anew, and as it was told (%i)',
    async (seed) => {
      const dice = new Dice(seed);
      const site = await WorldSite.open(dice);
      const remembered: Remembered[] = [];
      const due = new DueAlerts();
      try {
        let before = { judged: await judgedAnew(site), ...(await written(site)) };
        for (let n = 0; n < steps; n += 1) {
          const happened = await happen(site, dice);
          const step = `${String(seed)}.${String(n)} ${happened.what}`;
          const judged = await judgedAnew(site);
          await compareWithScratch(site, step, judged.state);
          await toldRightly(site, due, { step, happened, before, judged });
          await unchangedIsQuiet(site, step, dice);
          if (n % 5 === 0) remembered.push(...(await remember(site)));
          before = { judged, ...(await written(site)) };
        }
        await compareRemembered(site, remembered);
        expect(before.transitions).toBeGreaterThan(20);
        expect(before.alerts.length).toBeGreaterThan(5);
      } finally {
        await site.close();
      }
    },
    120_000,
  );
});

interface Written {
  readonly transitions: number;
  readonly alerts: readonly Told[];
}

async function written(site: WorldSite): Promise<Written> {
  return { transitions: await site.database.transition.count(), alerts: await toldAlerts(site) };
}

interface Step {
  readonly step: string;
  readonly happened: Happened;
  readonly before: Written & { readonly judged: Judged };
  readonly judged: Judged;
}

/** Every alert that is due has come, as it is due, and no other: in messages of what this step read, and of what nobody vouches for any more. */
async function toldRightly(site: WorldSite, due: DueAlerts, played: Step): Promise<void> {
  const { step, before, judged, happened } = played;
  const old = new Set(before.alerts.map(({ id }) => id));
  const alerts = (await toldAlerts(site)).filter(({ id }) => !old.has(id));
  const reads = happened.reads;
  const { inOrder, inAnother } = await alertsDue(site, due, { before: before.judged, now: judged, reads });
  const [wanted, others] = [await linesDue(site, inOrder, judged.state), await linesDue(site, inAnother, judged.state)];
  const told = linesTold(alerts);
  const missing = wanted.filter((line) => others.includes(line) && !told.includes(line));
  const strange = told.filter((line) => !wanted.includes(line) && !others.includes(line));
  expect([step, { missing, strange }]).toEqual([step, { missing: [], strange: [] }]);
  expectSubjects(site, played, alerts);
}

function expectSubjects(site: WorldSite, { step, happened }: Step, alerts: readonly Told[]): void {
  const read = happened.reads.map(({ feed }) => site.feedId(feed));
  const strange = alerts.filter(
    ({ subject }) =>
      !subject.startsWith('suppressions ') && !read.some((id) => subject.startsWith(`rematch ${id} run `)),
  );
  expect([step, strange.map(({ subject }) => subject)]).toEqual([step, []]);
  expect([step, alerts.filter((each) => !isWorstFirst(each))]).toEqual([step, []]);
}

async function unchangedIsQuiet(site: WorldSite, step: string, dice: Dice): Promise<void> {
  const before = await written(site);
  await site.refresh(dice.pick([...site.active]));
  await site.settle();
  expect([step, await written(site)]).toEqual([step, before]);
}
