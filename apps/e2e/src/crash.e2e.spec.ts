import { sampleAdvisories } from '@tidewaiter/samples';
import { doubles } from './doubles';
import type { Settings } from './processes';
import { describeQueueBackends } from './queue-backends';
import { RestDelivery } from './rest-api.schema';
import { findingsOfWeb, lineOf, openSite, sampleOf, type Site } from './site';
import { throughout, until } from './until';

/** Longer than a lock is kept for a dead worker, and than the planner waits before it makes a lost job again. */
const quietMs = 12_000;

describeQueueBackends((queueSettings) => survivesCrashes(queueSettings));

function survivesCrashes(queueSettings: () => Promise<Settings>): void {
  let site: Site;

  beforeAll(async () => {
    site = await openSite({ queue: await queueSettings(), advisories: sampleAdvisories });
  }, 90_000);
  afterAll(() => site.close(), 30_000);

  it('completes a scan whose worker was killed in the middle of a layer, without a second alert', async () => {
    const { installation, registry, slack } = site;
    registry.proxy.holdBlobs(true);
    await site.push(sampleOf('shop/web', '1.0'));
    await until('layers to be on their way', () => (registry.proxy.heldBlobs() > 0 ? true : undefined));
    const [running] = await installation.api.scans('shop/web');
    expect(running).toMatchObject({ state: 'running', attempts: 1 });
    await installation.program('worker').kill();
    registry.proxy.holdBlobs(false);
    await installation.startServer('worker');

    const image = await installation.api.scannedImage('shop/web', '1.0');
    expect(image).toMatchObject({ state: 'scanned', complete: true });
    expect((await installation.api.findings(image.digest)).map(lineOf).sort()).toEqual(findingsOfWeb);
    const scans = await installation.api.scans('shop/web');
    expect(scans).toMatchObject([{ id: running?.id, state: 'finished', attempts: 2, error: null }]);
    await until('the message', () => slack.messages[0]);
  }, 120_000);

  it('completes what several workers in a row died of, each at another moment', async () => {
    const { installation, slack } = site;
    const before = slack.messages.length;
    for (const [index, [repository, tag]] of images.entries()) {
      await site.push(sampleOf(repository, tag));
      // Not at the same place of the work each time; wherever it is, nothing may be lost or doubled.
      await until(
        'the delivery',
        async () =>
          (await installation.api.scans(repository)).find((scan) => scan.tag === tag) === undefined ? undefined : true,
        { everyMs: 10 + index * 15 },
      );
      await installation.program('worker').kill();
      await installation.startServer('worker');
    }
    for (const [repository, tag] of images) await installation.api.scannedImage(repository, tag);
    await until('a message about each', () => slack.messages[before + images.length - 1]);
    const { totals } = await installation.api.coverage();
    expect(totals).toMatchObject({ scanned: totals.total, queued: 0, running: 0, failed: 0 });
  }, 120_000);

  it('keeps what the receiver accepted before it was killed', async () => {
    const { installation, emulator, slack } = site;
    await installation.program('worker').kill();
    await site.push(sampleOf('platform/proxy', '0.4'));
    await emulator.webhooksSettled();
    await installation.program('receiver').kill();
    expect(emulator.deliveries().at(-1)?.status).toBe(202);
    const [accepted] = await installation.api.all('/api/v1/deliveries', RestDelivery);
    expect(accepted).toMatchObject({ state: 'received', repository: 'platform/proxy' });
    await Promise.all([installation.startServer('receiver'), installation.startServer('worker')]);
    await installation.api.scannedImage('platform/proxy', '0.4');
    expect(await installation.api.scans('platform/proxy')).toHaveLength(1);
    await until('the message', () => slack.messages.find((message) => message.includes('platform/proxy')));
  }, 120_000);

  it('has doubled nothing after all that', async () => {
    const about = (image: string): number => site.slack.messages.filter((message) => message.includes(image)).length;
    await throughout('one push makes one message', quietMs, () =>
      ['shop/web:1.0', 'platform/proxy:0.4'].every((image) => about(image) === 1),
    );
    expect(await doubles(site.database.url)).toEqual({ openMatches: 0, transitions: 0, notifications: 0 });
  }, 30_000);
}

const images = [
  ['shop/web', '1.1'],
  ['tools/hello', 'latest'],
] as const;
