import { Dice } from '@tidewaiter/testing';
import { compareWithScratch } from './testing/world/compare';
import { compareRemembered, remember, type Remembered } from './testing/world/remembered';
import { advisoryFeeds, enrichmentFeeds, type FeedOfWorld } from './testing/world/said';
import { WorldSite } from './testing/world/world-site';

const steps = 40;

describe('after whatever happened', () => {
  it.each([5, 11])(
    'everything is as if it were judged anew, and as it was told (%i)',
    async (seed) => {
      const dice = new Dice(seed);
      const site = await WorldSite.open(dice);
      const remembered: Remembered[] = [];
      try {
        for (let n = 0; n < steps; n += 1) {
          const before = await written(site);
          const { what, feeds } = await happen(site, dice);
          const step = `${String(seed)}.${String(n)} ${what}`;
          await compareWithScratch(site, step);
          await toldRightly(site, { step, feeds, before });
          await unchangedIsQuiet(site, step, dice);
          if (n % 5 === 0) remembered.push(...(await remember(site)));
        }
        await compareRemembered(site, remembered);
        const { transitions, alerts } = await written(site);
        expect(transitions).toBeGreaterThan(20);
        expect(alerts.length).toBeGreaterThan(5);
      } finally {
        await site.close();
      }
    },
    120_000,
  );
});

interface Happened {
  readonly what: string;
  /** Those that were read. */
  readonly feeds: readonly FeedOfWorld[];
}

async function happen(site: WorldSite, dice: Dice): Promise<Happened> {
  const throws = dice.below(20);
  if (throws < 4) await site.push();
  else if (throws < 5) await site.moveTag();
  else if (throws < 6) await site.deleteManifest();
  else if (throws < 7) await (dice.oneIn(2) ? site.collect() : site.rank());
  else return speak(site, dice, throws < 8);
  return { what: `throw ${String(throws)}`, feeds: [] };
}

/** A feed says something else, or two do before anything is judged; or one is configured no longer, or again. */
async function speak(site: WorldSite, dice: Dice, isConfiguration: boolean): Promise<Happened> {
  if (isConfiguration) {
    const feed = dice.pick([...advisoryFeeds.slice(1), ...enrichmentFeeds]);
    await site.toggle(feed);
    await site.settle();
    return { what: `toggle ${feed}`, feeds: [feed] };
  }
  const feeds = dice.oneIn(4) ? [feedOf(dice), feedOf(dice)] : [feedOf(dice)];
  for (const feed of feeds) {
    await site.said.change(feed);
    if (site.active.has(feed)) await site.refresh(feed);
  }
  await site.settle();
  return { what: feeds.join(' '), feeds };
}

function feedOf(dice: Dice): FeedOfWorld {
  const often = ['app', 'app', 'app', 'distro', 'distro', 'debian-tracker', 'debian-tracker', 'vex'] as const;
  return dice.pick([...often, ...advisoryFeeds, ...enrichmentFeeds]);
}

interface Written {
  readonly transitions: number;
  /** Subjects of messages. */
  readonly alerts: readonly string[];
}

async function written({ database }: WorldSite): Promise<Written> {
  const rows = await database.notification.findMany({ select: { subject: true }, orderBy: { createdAt: 'asc' } });
  return { transitions: await database.transition.count(), alerts: rows.map(({ subject }) => subject) };
}

interface Step {
  readonly step: string;
  readonly feeds: readonly FeedOfWorld[];
  readonly before: Written;
}

/** Alerts are of what this step read, once each, and of what nobody vouches for any more; without any change there is none. */
async function toldRightly(site: WorldSite, { step, feeds, before }: Step): Promise<void> {
  const now = await written(site);
  const alerts = now.alerts.filter((subject) => !before.alerts.includes(subject));
  const read = feeds.map((feed) => site.feedId(feed));
  const strange = alerts.filter(
    (subject) => !subject.startsWith('suppressions ') && !read.some((id) => subject.startsWith(`rematch ${id} run `)),
  );
  expect([step, strange]).toEqual([step, []]);
  expect([step, alerts.length > 0 && now.transitions === before.transitions]).toEqual([step, false]);
}

async function unchangedIsQuiet(site: WorldSite, step: string, dice: Dice): Promise<void> {
  const before = await written(site);
  await site.refresh(dice.pick([...site.active]));
  await site.settle();
  expect([step, await written(site)]).toEqual([step, before]);
}
