import { changed, few, issues, trackerOf } from './debian-tracker';
import { startFeedServer, type FeedMood, type FeedServer } from './feed-server';
import { RestFeed } from './rest-api.schema';
import { lineOf, openSite, sampleOf, type Site } from './site';
import { throughout, until } from './until';

/** Long enough for a message that should not come: jobs are taken at once. */
const quietMs = 3_000;
const stallSeconds = 2;

/** One story: each test goes on where the last ended. */
describe('a feed that is read from its publisher', () => {
  let feed: FeedServer;
  let site: Site;
  let digest: string;
  let requests: number;

  beforeAll(async () => {
    feed = await startFeedServer('/tracker/data.json');
    feed.publish(trackerOf(issues));
    site = await openSite({
      advisories: `debian-tracker=${feed.url}`,
      settings: { ADVISORIES_STALL_SECONDS: String(stallSeconds), ADVISORIES_REFRESH_MINUTES: '60' },
    });
  }, 90_000);
  afterAll(async () => {
    await site.close();
    await feed.close();
  }, 30_000);

  it('is read once, and an image that is pushed is judged by it', async () => {
    await site.push(sampleOf('shop/web', '1.0'));
    ({ digest } = await site.installation.api.scannedImage('shop/web', '1.0'));
    expect(await findings()).toEqual(['CVE-2099-1 curl -> none', 'CVE-2099-1 libcurl4 -> none']);
    await until('the message about the image', () => site.slack.messages[0]);
    await throughout('one push makes one message', quietMs, () => site.slack.messages.length === 1);
    // Nobody asks the registry for anything from here on.
    requests = site.registry.proxy.requests();
  }, 90_000);

  it('is not read again while its publisher says that nothing changed', async () => {
    const before = await state();
    await site.installation.refreshFeeds();
    await until('another look', async () =>
      before.lastSuccessAt !== (await state()).lastSuccessAt ? true : undefined,
    );
    expect([feed.answers(200), feed.answers(304)]).toEqual([1, 1]);
    expect(await state()).toMatchObject({ state: 'ok', lastChangeAt: before.lastChangeAt });
  }, 60_000);

  it('tells once, naming the image, when one of its records changes, and asks the registry for nothing', async () => {
    feed.publish(trackerOf(changed));
    await site.installation.refreshFeeds();
    await until('the message', () => site.slack.messages[1]);
    await throughout('one change makes one message', quietMs, () => site.slack.messages.length === 2);
    expect(site.slack.messages[1]).toContain('CVE-2099-2');
    expect(site.slack.messages[1]).toContain('shop/web:1.0');
    expect(site.slack.messages[1]).not.toContain('CVE-2099-1');
    expect(await findings()).toEqual(findingsAfterwards);
    expect(site.registry.proxy.requests()).toBe(requests);
  }, 90_000);

  it.each<[string, FeedMood, string, RegExp]>([
    ['is cut off', 'cuts-off', trackerOf(few(changed)), /could not be read/],
    ['stops in the middle', 'stalls', trackerOf(few(changed)), /nothing came for 2000 ms/],
    ['answers 503', 'unavailable', trackerOf(few(changed)), /answered 503/],
    ['is half a document that calls itself whole', 'well', trackerOf(changed).slice(0, 3_000), /ends|cut|JSON/i],
    ['has lost most of its records', 'well', trackerOf(few(changed)), /usable records where it had/],
    ['has no record at all', 'well', '{}', /usable records where it had/],
    ['has another shape', 'well', JSON.stringify({ version: 2, packages: [] }), /has no list of issues for version/],
    ['is the page of a proxy', 'well', '<html>Sign in</html>', /JSON|expected/i],
  ])(
    '%s: that is said, and what it said before stays',
    async (_name, mood, document, reason) => {
      const [told, before] = [site.slack.messages.length, await state()];
      feed.behave(mood);
      feed.publish(document);
      await site.installation.refreshFeeds();
      await until('the reason', async () => (reason.test((await state()).lastError ?? '') ? true : undefined));
      expect(await state()).toMatchObject({ state: 'failing', lastSuccessAt: before.lastSuccessAt });
      expect(await metric('failing')).toBe(1);
      expect(await findings()).toEqual(findingsAfterwards);
      expect(site.slack.messages).toHaveLength(told);
    },
    60_000,
  );

  it('is told of once when it has failed for longer than allowed', async () => {
    const told = site.slack.messages.length;
    feed.behave('unavailable');
    await site.installation.program('worker').stop();
    await site.installation.startServer('worker', { ADVISORIES_ALERT_MINUTES: '1' });
    await until(
      'the message',
      async () => {
        await site.installation.refreshFeeds();
        return site.slack.messages[told];
      },
      { timeoutMs: 90_000, everyMs: 2_000 },
    );
    expect(site.slack.messages[told]).toContain('could not be read since');
    expect(site.slack.messages[told]).toContain('debian-tracker');
    await site.installation.refreshFeeds();
    await throughout('a failing source makes one message', quietMs, () => site.slack.messages.length === told + 1);
  }, 120_000);

  it('is well again when its publisher is, as if nothing had been', async () => {
    const told = site.slack.messages.length;
    feed.behave('well');
    feed.publish(trackerOf(changed));
    await site.installation.refreshFeeds();
    await until('the good news', async () => ((await state()).state === 'ok' ? true : undefined));
    expect(await metric('failing')).toBe(0);
    expect(await metric('records')).toBe(Object.keys(changed).length);
    await throughout('nothing changed, nothing is told', quietMs, () => site.slack.messages.length === told);
    expect(await findings()).toEqual(findingsAfterwards);
    expect(site.registry.proxy.requests()).toBe(requests);
  }, 60_000);

  async function state(): Promise<RestFeed> {
    const [row] = await site.installation.api.all('/api/v1/feeds', RestFeed);
    if (row === undefined) throw new Error('there is no feed');
    return row;
  }

  async function findings(): Promise<readonly string[]> {
    return (await site.installation.api.findings(digest)).map(lineOf).sort();
  }

  async function metric(name: string): Promise<number> {
    const text = await (await site.installation.api.call('/metrics')).text();
    return Number(new RegExp(`^tidewaiter_feed_${name}\\{feed="debian-tracker:[^"]*"\\} (.+)$`, 'm').exec(text)?.[1]);
  }
});

const findingsAfterwards = [
  'CVE-2099-1 curl -> none',
  'CVE-2099-1 libcurl4 -> none',
  'CVE-2099-2 tar -> 1.34+dfsg-1.2+deb12u1',
];
