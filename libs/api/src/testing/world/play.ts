import type { Dice } from '@tidewaiter/testing';
import type { DueAlerts } from './due-alerts';
import { type AlertDue, type Reading } from './due-alerts';
import { JudgedAnew } from './judged-anew';
import { advisoryFeeds, enrichmentFeeds, type FeedOfWorld } from './said';
import type { WorldSite } from './world-site';
import { presentImages, stateOf, type WorldState } from './world-state';

/** How everything is, judged anew. */
export interface Judged {
  readonly anew: JudgedAnew;
  readonly state: WorldState;
}

export async function judgedAnew(site: WorldSite): Promise<Judged> {
  const anew = await JudgedAnew.of(site.said, site.active);
  return { anew, state: await stateOf(site, anew) };
}

/** One feed that was read, and how everything is with it. */
interface FeedRead {
  readonly feed: FeedOfWorld;
  readonly judged: Judged;
  readonly isRetired: boolean;
  readonly isQuiet: boolean;
}

export interface Happened {
  readonly what: string;
  readonly reads: readonly FeedRead[];
}

export async function happen(site: WorldSite, dice: Dice): Promise<Happened> {
  const throws = dice.below(20);
  if (throws < 4) await site.push();
  else if (throws < 5) await site.moveTag();
  else if (throws < 6) await site.deleteManifest();
  else if (throws < 7) await (dice.oneIn(2) ? site.collect() : site.rank());
  else return throws < 8 ? configure(site, dice) : speak(site, dice);
  return { what: `throw ${String(throws)}`, reads: [] };
}

/** A feed is configured no longer, or again. */
async function configure(site: WorldSite, dice: Dice): Promise<Happened> {
  const feed = dice.pick([...advisoryFeeds.slice(1), ...enrichmentFeeds]);
  await site.toggle(feed);
  const isActive = site.active.has(feed);
  const read = { feed, judged: await judgedAnew(site), isRetired: !isActive, isQuiet: isActive && isBeside(feed) };
  await site.settle();
  return { what: `toggle ${feed}`, reads: [read] };
}

/** A feed says something else, or two do before anything is judged. */
async function speak(site: WorldSite, dice: Dice): Promise<Happened> {
  const feeds = dice.oneIn(4) ? [feedOf(dice), feedOf(dice)] : [feedOf(dice)];
  const reads: FeedRead[] = [];
  for (const feed of feeds) {
    const { model } = site.said;
    await site.said.change(feed);
    if (!site.active.has(feed)) continue;
    await site.refresh(feed);
    const isQuiet = feed === 'epss' && site.said.model !== model;
    reads.push({ feed, judged: await judgedAnew(site), isRetired: false, isQuiet });
  }
  await site.settle();
  return { what: feeds.join(' '), reads };
}

function feedOf(dice: Dice): FeedOfWorld {
  const often = ['app', 'app', 'app', 'distro', 'distro', 'debian-tracker', 'debian-tracker', 'vex'] as const;
  return dice.pick([...often, ...advisoryFeeds, ...enrichmentFeeds]);
}

/**
 * Records are judged when all are read, what is known beside them when it is read. So what is due of records that were read before that
 * is what is due if they were read after it; what is due in the order in which they were read may come instead, since their names count at
 * once.
 */
export async function alertsDue(
  site: WorldSite,
  due: DueAlerts,
  { before, now, reads }: { readonly before: Judged; readonly now: Judged; readonly reads: readonly FeedRead[] },
): Promise<{ readonly inOrder: readonly AlertDue[]; readonly inAnother: readonly AlertDue[] }> {
  const present = await presentImages(site);
  const [first, second] = reads;
  const both = (played: readonly Reading[], other = played) => {
    const inAnother = due.copy({ knowsFormerNames: false }).after(other, now.state, present);
    return { inOrder: due.after(played, now.state, present), inAnother };
  };
  const asRead = readings(before, reads);
  if (first === undefined) return both([unread(before, now)]);
  if (second === undefined || isBeside(first.feed)) return both(asRead);
  if (!isBeside(second.feed)) return both([unread(before, now)]);
  const anew = before.anew.with(now.anew);
  const between = { anew, state: await stateOf(site, anew) };
  return both(
    readings(before, [
      { ...second, judged: between },
      { ...first, judged: now },
    ]),
    asRead,
  );
}

function unread(before: Judged, now: Judged): Reading {
  return { from: before.state, to: now.state, isRetired: false, isQuiet: false };
}

function readings(before: Judged, reads: readonly FeedRead[]): readonly Reading[] {
  return reads.map(({ judged, isRetired, isQuiet }, index) => ({
    ...{ from: (reads[index - 1]?.judged ?? before).state, to: judged.state, isRetired, isQuiet },
  }));
}

/** Of something that is said beside records. */
function isBeside(feed: FeedOfWorld): boolean {
  return enrichmentFeeds.some((each) => each === feed);
}
