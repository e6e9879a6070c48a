import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithTool, scratchParent } from '@tidewaiter/testing';
import { Dice } from '../dice';
import { doubles } from '../doubles';
import { openOwnSite, type OwnSite } from '../own-site/own-site';
import { RestCoverageEntry, RestReconcile } from '../rest-api.schema';
import { until } from '../until';
import { catalogueOf, lineOf } from './catalogue';
import { fleetOf } from './fleet';
import { repeatedScans } from './repeated-scans';
import { tell } from './story-teller';
import { during } from './unrest';

/** CHAOS_IMAGES=5000 CHAOS_REPOSITORIES=200 is the size that is promised. */
const size = {
  images: Number(process.env['CHAOS_IMAGES'] ?? 100),
  repositories: Number(process.env['CHAOS_REPOSITORIES'] ?? 15),
};
const workers = 2;
const readsPerMinute = 3_000;
/** A push asks for its configuration and its two layers before it sends them: this is nine tenths of what is allowed. */
const stepsPerMinute = (0.9 * readsPerMinute) / 3;
const eventDisturbances = { seed: 7, lost: 0.3, doubled: 0.2, reordered: 1, delayed: 0.3 };
/** Workers that are killed all the time never come to work. */
const calmMs = Math.max(2_500, size.images * 4);
const patienceMs = 120_000 + size.images * 500;

describeWithTool('redis-server', 'a registry in which nothing goes by plan', () => {
  let directory: string;
  let site: OwnSite;
  let killed: number;

  beforeAll(async () => {
    directory = await mkdtemp(join(scratchParent(), 'tidewaiter-chaos-'));
    site = await openOwnSite({ directory, workers, readsPerMinute, eventDisturbances });
  }, 90_000);
  afterAll(async () => {
    await site.close();
    await rm(directory, { recursive: true, force: true });
  }, 60_000);

  it(
    'is known as it is after one reconcile',
    async () => {
      const work = tell(fleetOf(size), { target: site.pusher, atATime: 8, stepsPerMinute });
      ({ killed } = await during(work, { site, workers, dice: new Dice(7), calmMs }));
      await site.emulator.webhooksSettled();
      await reconciled();
      await settled();
      expect(await ledger()).toEqual((await catalogueOf(site.pusher)).map((line) => `${line} scanned`));
    },
    patienceMs,
  );

  it('was asked for no more than it allows', () => {
    const report = site.emulator.throttling();
    expect(report?.refused).toEqual({ read: 0, write: 0, delete: 0, referrers: 0, oauth: 0 });
    expect(report?.allowed.read).toBeGreaterThan(size.images);
  });

  it('had no image scanned twice without cause', async () => {
    expect(await repeatedScans(site.services.databaseUrl)).toEqual([]);
  });

  it('made one message of each alert, and nothing is there twice', async () => {
    // Nobody can know whether a message arrived whose sender was killed: it is sent again and says so.
    const again = site.slack.messages.filter((text) => text.includes('Perhaps sent for the second time'));
    expect(new Set(site.slack.messages).size).toBe(site.slack.messages.length);
    expect(again.length).toBeLessThanOrEqual(killed);
    expect(site.slack.messages.length).toBeGreaterThan(0);
    expect(await doubles(site.services.databaseUrl)).toEqual({ openMatches: 0, transitions: 0, notifications: 0 });
    expect(killed).toBeGreaterThan(1);
  });

  /** A walk that was under way before this has passed repositories in which something happened since: it does not count. */
  async function reconciled(): Promise<void> {
    const asked = Date.now();
    let walk = await nextWalk();
    while (Date.parse(walk.startedAt) < asked) walk = await nextWalk();
    expect(walk).toMatchObject({ state: 'finished', refused: 0, failed: 0 });
  }

  async function nextWalk(): Promise<RestReconcile> {
    const path = '/api/v1/registries/harbour/reconciles';
    const response = await site.installation.api.call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ full: true }),
    });
    const { id } = RestReconcile.parse(await response.json());
    return until(
      'the end of a walk',
      async () => {
        const walks = await site.installation.api.all(path, RestReconcile);
        return walks.find((walk) => walk.id === id && walk.finishedAt !== null);
      },
      { timeoutMs: patienceMs / 2 },
    );
  }

  async function settled(): Promise<void> {
    await until(
      'every scan',
      async () => {
        const { totals } = await site.installation.api.coverage();
        return totals.queued + totals.running + totals.unscanned === 0 ? true : undefined;
      },
      { timeoutMs: patienceMs / 2, everyMs: 500 },
    );
  }

  async function ledger(): Promise<readonly string[]> {
    const entries = await site.installation.api.all('/api/v1/coverage/entries?limit=200', RestCoverageEntry);
    return entries
      .filter(({ state }) => state !== 'deleted')
      .map(({ repository, tag, digest, state }) => `${lineOf(repository, tag, digest)} ${state}`)
      .sort();
  }
});
