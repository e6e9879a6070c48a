import { buildIndex } from '@tidewaiter/testing';
import { debianImage, ScanSite } from './testing/scan-site';

let site: ScanSite;
beforeEach(async () => {
  site = await ScanSite.open();
});
afterEach(() => site.close());

const amd64 = debianImage('openssl=3.0.1-1 zlib=1.2-1', 'amd64');
const arm64 = debianImage('openssl=3.0.1-1', 'arm64');
const index = buildIndex([amd64, arm64]);

async function subjects(): Promise<readonly string[]> {
  return (await site.messages()).map(({ subject }) => subject).sort();
}

const verdictOfIndex = `verdict test/team/api@${index.descriptor.digest}`;

describe('an index of two platforms whose images were pushed by digest first', () => {
  it('is told once, when the images are scanned first', async () => {
    await site.run({ image: amd64 });
    await site.run({ image: arm64 });
    await site.run({ image: index, tag: '1.0' });
    expect(await subjects()).toEqual([verdictOfIndex]);
    expect((await site.messages())[0]?.payload).toMatchObject({ tag: '1.0', counts: { critical: 1, high: 1 } });
  });

  it('is told once, when the index is scanned first', async () => {
    await site.run({ image: index, tag: '1.0' });
    await site.run({ image: amd64 });
    await site.run({ image: arm64 });
    expect(await subjects()).toEqual([verdictOfIndex]);
  });

  it('is told once, when all are scanned at once', async () => {
    const scans = [{ image: amd64 }, { image: index, tag: '1.0' }, { image: arm64 }];
    const ids: string[] = [];
    for (const scan of scans) ids.push(await site.order(scan));
    await Promise.all(ids.map((id) => site.carryOut(id)));
    expect(await subjects()).toEqual([verdictOfIndex]);
  });

  it('is told once, when nobody tags it', async () => {
    for (const image of [amd64, index, arm64]) await site.run({ image });
    expect(await subjects()).toEqual([`untagged ${verdictOfIndex}`]);
  });

  it('does not keep quiet about the same image in another repository', async () => {
    await site.run({ image: index, tag: '1.0' });
    await site.run({ image: amd64, repository: 'team/other', tag: '1.0' });
    expect(await subjects()).toHaveLength(2);
  });
});

describe('a platform that a rule leaves out', () => {
  const rules = [{ rule: 'no-arm', action: 'exclude', platforms: ['linux/arm*'] }];
  beforeEach(async () => {
    await site.database.registry.updateMany({ data: { scope: rules } });
  });

  it('is no part of the message about its index, new or known, and none is sent about it alone', async () => {
    await site.run({ image: arm64, tag: 'arm' });
    expect(await subjects()).toEqual([]);
    await site.run({ image: index, tag: '1.0' });
    await site.run({ image: index, tag: '1.0', repository: 'team/other' });
    const told = (await site.messages()).map(({ payload }) => payload.images.map(({ platform }) => platform));
    expect(told).toEqual([['linux/amd64'], ['linux/amd64']]);
    const links = await site.database.manifestImage.findMany({ include: { image: true } });
    expect(links.map(({ image, excludedBy }) => `${image.platform ?? ''} ${excludedBy ?? ''}`).sort()).toEqual([
      'linux/amd64 ',
      'linux/amd64 ',
      ...Array<string>(3).fill('linux/arm64 no-arm'),
    ]);
  });

  it('is read when somebody asks, and nobody is sent a message', async () => {
    await site.run({ image: arm64, tag: 'arm' });
    expect(await site.image(arm64)).toMatchObject({ state: 'unscanned', reasonCode: 'platform-left-out' });
    await site.run({ image: arm64, tag: 'arm', cause: 'user' });
    expect(await site.image(arm64)).toMatchObject({ state: 'scanned', reasonCode: null });
    expect(await subjects()).toEqual([]);
  });

  it.each([
    ['push', 'user'],
    ['user', 'push'],
  ] as const)('is read by the one scan that a %s and then a %s ask for', async (first, second) => {
    const scanId = await site.order({ image: arm64, tag: 'arm', cause: first });
    expect(await site.order({ image: arm64, tag: 'arm', cause: second })).toBe(scanId);
    await site.carryOut(scanId);
    expect(await site.lastScan()).toMatchObject({ lane: 'push', cause: 'user', state: 'finished' });
    expect(await site.image(arm64)).toMatchObject({ state: 'scanned', reasonCode: null });
  });
});

describe('what a rule leaves out for its tag or its age', () => {
  it('is not told of once it is out, whoever had asked for its scan', async () => {
    const scope = [{ rule: 'no-pull-requests', action: 'exclude', tags: ['pr-*'] }];
    await site.database.registry.updateMany({ data: { scope } });
    await site.run({ image: amd64, tag: 'pr-1' });
    const waiting = await site.order({ image: arm64 });
    await site.database.manifest.updateMany({ data: { excludedBy: 'old' } });
    await site.carryOut(waiting);
    expect(await subjects()).toEqual([]);
    await site.run({ image: amd64, tag: '1.0' });
    expect(await subjects()).toEqual([`verdict test/team/api@${amd64.descriptor.digest}`]);
  });
});

describe('a digest that is pushed alone', () => {
  it('is told after a while, a tag at once', async () => {
    await site.run({ image: amd64 });
    expect((await site.messages())[0]?.dueInMs).toBeGreaterThan(15_000);
    await site.run({ image: arm64, tag: '1.0' });
    const tagged = (await site.messages()).find((message) => message.payload.tag !== undefined);
    expect(tagged?.dueInMs).toBeLessThanOrEqual(0);
  });

  it('and tagged while its message waits is told once, with the tag', async () => {
    await site.run({ image: amd64 });
    await site.run({ image: amd64, tag: '1.0' });
    expect(await subjects()).toEqual([`verdict test/team/api@${amd64.descriptor.digest}`]);
  });

  it('and tagged after its message was sent is no news', async () => {
    await site.run({ image: amd64 });
    await site.database.notification.updateMany({ data: { state: 'sent' } });
    await site.run({ image: amd64, tag: '1.0' });
    expect(await subjects()).toEqual([`untagged verdict test/team/api@${amd64.descriptor.digest}`]);
  });

  it('after the tag was told, or is about to be, is no news', async () => {
    await site.run({ image: amd64, tag: '1.0' });
    await site.run({ image: amd64 });
    expect(await subjects()).toEqual([`verdict test/team/api@${amd64.descriptor.digest}`]);
  });
});

describe('a tag that moved', () => {
  it('is compared with what it pointed to before', async () => {
    await site.run({ image: debianImage('openssl=3.0.1-1'), tag: '1.0' });
    const next = debianImage('openssl=3.0.2-1 zlib=1.2-1');
    await site.run({ image: next, tag: '1.0' });
    const message = (await site.messages()).find(({ payload }) => payload.digest === next.descriptor.digest);
    expect(message?.payload).toMatchObject({
      previous: { opened: 1, fixed: 1 },
      findings: [{ vulnerability: 'CVE-2024-2000', isNew: true }],
    });
  });

  it('takes another version with the same vulnerability for nothing new', async () => {
    await site.run({ image: debianImage('openssl=3.0.0-1'), tag: '1.0' });
    const next = debianImage('openssl=3.0.1-1');
    await site.run({ image: next, tag: '1.0' });
    const message = (await site.messages()).find(({ payload }) => payload.digest === next.descriptor.digest);
    expect(message?.payload).toMatchObject({ previous: { opened: 0, fixed: 0 }, findings: [{ isNew: false }] });
  });
});
