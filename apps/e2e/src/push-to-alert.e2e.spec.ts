import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcrEmulator } from '@tidewaiter/acr-emulator';
import { pushSample, sampleAdvisories, sampleImages, type SampleImage } from '@tidewaiter/samples';
import { describeWithTool, startPostgres, startRedis, type TestDatabase } from '@tidewaiter/testing';
import { writeAdvisories } from './advisory-directory';
import { Installation } from './installation';
import { endAll, type Settings } from './processes';
import { RestAffectedImage, RestDelivery, RestFeed, RestProblem, type RestFinding } from './rest-api.schema';
import { startSlackReceiver, type SlackReceiver } from './slack-receiver';
import { throughout, until } from './until';
import { createWatchedRegistry, type WatchedRegistry } from './watched-registry';

/** Long enough for a message that should not come: jobs are taken at once, recovery looks every ten seconds. */
const quietMs = 3_000;

describe('with the queue in PostgreSQL', () => pushToAlert(async () => ({})));

describeWithTool('redis-server', 'with the queue in Redis', () =>
  pushToAlert(async () => {
    const { url, keyPrefix } = await startRedis();
    return { REDIS_URL: url, REDIS_KEY_PREFIX: keyPrefix };
  }),
);

function pushToAlert(queueSettings: () => Promise<Settings>): void {
  let directory: string;
  let advisories: string;
  let database: TestDatabase;
  let slack: SlackReceiver;
  let registry: WatchedRegistry;
  let emulator: AcrEmulator;
  let installation: Installation;
  let indexPushedAt: number;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidewaiter-e2e-'));
    advisories = join(directory, 'advisories');
    await writeAdvisories(advisories, sampleAdvisories);
    database = await (await startPostgres()).createDatabase();
    slack = await startSlackReceiver();
    registry = await createWatchedRegistry(directory);
    installation = await Installation.start({
      directory,
      databaseUrl: database.url,
      queue: await queueSettings(),
      registries: [registry.definition],
      advisories,
      slack,
    });
    emulator = await registry.open(installation.receiverUrl);
    await until('the advisories', async () =>
      (await installation.api.all('/api/v1/feeds', RestFeed)).find(({ state }) => state === 'ok'),
    );
  }, 90_000);

  afterAll(async () => {
    await endAll();
    await registry.close();
    await slack.close();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  }, 30_000);

  const push = (image: SampleImage): Promise<void> => pushSample({ url: emulator.url, ...registry.login }, image);

  it('scans an image because it was pushed, and tells about it once', async () => {
    await push(sampleOf('shop/web', '1.0'));
    const image = await installation.api.scannedImage('shop/web', '1.0');
    expect(image).toMatchObject({ state: 'scanned', complete: true, platform: 'linux/amd64', packages: 14 });
    expect(image.findings).toMatchObject({ critical: 4, high: 5, fixable: 8, undetermined: 0 });
    expect((await installation.api.findings(image.digest)).map(lineOf).sort()).toEqual(findingsOfWeb);
    await until('the message', () => slack.messages[0]);
    await throughout('one push makes one message', quietMs, () => slack.messages.length === 1);
    expect(slack.messages[0]).toContain('shop/web:1.0');
    expect(slack.messages[0]).toContain('CVE-2021-44906');
    expect(slack.messages[0]).toContain('1.2.6');
  }, 90_000);

  it('reads every platform of an index and pulls a layer it knows only once', async () => {
    const before = slack.messages.length;
    const startedAt = Date.now();
    await push(sampleOf('shop/api', '2.3'));
    await push(sampleOf('shop/web', '1.1'));
    const repaired = await installation.api.scannedImage('shop/web', '1.1');
    const open = (await installation.api.findings(repaired.digest)).map(lineOf).sort();
    expect(open).toEqual(findingsOfWeb.filter((line) => !/lodash|minimist/.test(line)));
    const [scan] = (await installation.api.scans('shop/web')).filter(({ tag }) => tag === '1.1');
    const [first] = (await installation.api.scans('shop/web')).filter(({ tag }) => tag === '1.0');
    expect(scan?.pulledBytes).toBeGreaterThan(0);
    expect(scan?.pulledBytes).toBeLessThan(first?.pulledBytes ?? 0);
    await installation.api.scannedImage('shop/api', '2.3');
    const platforms = (await installation.api.images())
      .filter(({ where }) => where.some(({ repository }) => repository === 'shop/api'))
      .map(({ platform }) => platform);
    expect(platforms.sort()).toEqual(['linux/amd64', 'linux/arm64']);
    await until('two messages', () => slack.messages[before + 1]);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    indexPushedAt = startedAt;
  }, 90_000);

  it('says which images have a vulnerability, by any of its names', async () => {
    for (const id of ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm']) {
      const found = await installation.api.all(`/api/v1/vulnerabilities/${id}/images`, RestAffectedImage);
      expect(found.map(({ image, packages }) => [image.where[0]?.repository, image.where[0]?.tags, packages])).toEqual([
        ['shop/web', ['1.0'], [{ name: 'lodash', version: '4.17.15', fixedIn: '4.17.21' }]],
      ]);
    }
    const openssl = await installation.api.all('/api/v1/vulnerabilities/CVE-2023-5363/images', RestAffectedImage);
    expect(openssl).toHaveLength(4);
  });

  // The two images of the index are in the registry by themselves too, under no tag.
  it('accounts for everything it has seen', async () => {
    const { totals } = await installation.api.coverage();
    const { total, ...states } = totals;
    expect(states).toEqual({
      scanned: 6,
      partial: 0,
      queued: 0,
      running: 0,
      failed: 0,
      unsupported: 0,
      unscanned: 0,
    });
    expect(total).toBe(6);
    const deliveries = await installation.api.all('/api/v1/deliveries?state=processed', RestDelivery);
    expect(deliveries.length).toBe(emulator.deliveries().length);
    expect(emulator.deliveries().map(({ status }) => status)).toEqual(deliveries.map(() => 202));
  });

  it('pulls nothing and tells nothing when an unchanged image is scanned again', async () => {
    const [told, pulls] = [slack.messages.length, registry.proxy.blobGets()];
    const scan = await installation.api.scan(`${registry.host}/shop/web:1.0`);
    expect(scan).toMatchObject({ state: 'finished', cause: 'user', pulledBytes: 0, error: null });
    // The configuration of an image is a blob too, and is read at every scan.
    expect(registry.proxy.blobGets() - pulls).toBeLessThanOrEqual(1);
    await throughout('an unchanged rescan tells nothing', quietMs, () => slack.messages.length === told);
  }, 90_000);

  it('takes a doubled delivery for one', async () => {
    const told = slack.messages.length;
    const [delivery] = emulator.deliveries();
    const scans = (await installation.api.scans('shop/web')).length;
    const answer = await postHook(JSON.stringify(delivery?.event), registry.webhookSecret);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ duplicates: 1 });
    await throughout('a doubled delivery tells nothing', quietMs, () => slack.messages.length === told);
    expect(await installation.api.scans('shop/web')).toHaveLength(scans);
  }, 30_000);

  it.each([
    ['malformed', () => ['{"id": "no event"', registry.webhookSecret], 400],
    ['of another form', () => ['{"hello": "world"}', registry.webhookSecret], 400],
    ['without the secret', () => ['{}', 'guessed-secret-of-a-stranger'], 401],
    ['too large', () => [`"${'x'.repeat(300_000)}"`, registry.webhookSecret], 413],
  ] as const)('refuses a delivery that is %s, and shows that it came', async (_name, call, status) => {
    const before = await installation.api.all('/api/v1/deliveries?state=rejected', RestDelivery);
    const [body = '', secret = ''] = call();
    const answer = await postHook(body, secret);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = RestProblem.parse(await answer.json());
    expect(problem.status).toBe(status);
    const rows = await installation.api.all('/api/v1/deliveries?state=rejected', RestDelivery);
    expect(rows).toHaveLength(before.length + 1);
    expect(rows[0]).toMatchObject({ state: 'rejected', problem: { code: problem.code } });
  });

  it('has made one message of an index and its images, also when these were held back long enough', async () => {
    const heldMs = 22_000 - (Date.now() - indexPushedAt);
    await throughout('three tags make three messages', Math.max(heldMs, 0), () => slack.messages.length === 3);
    expect(slack.messages.filter((message) => message.includes('shop/api'))).toHaveLength(1);
  }, 60_000);

  it('tells once about an advisory that changes, without asking the registry for a single blob', async () => {
    const [told, pulls] = [slack.messages.length, registry.proxy.blobGets()];
    await writeAdvisories(advisories, [newlyKnown]);
    // A changed interval is a new schedule, whose first refresh is due at once.
    await installation.program('scheduler').stop();
    await installation.startServer('scheduler', { ADVISORIES_REFRESH_MINUTES: '2' });
    await until('the message', () => slack.messages[told], { timeoutMs: 130_000 });
    await throughout('one change makes one message', quietMs, () => slack.messages.length === told + 1);
    expect(slack.messages[told]).toContain('CVE-2026-1000');
    expect(slack.messages[told]).toContain('shop/web:1.0');
    expect(slack.messages[told]).toContain('shop/web:1.1');
    expect(slack.messages[told]).not.toContain('shop/api');
    const affected = await installation.api.all('/api/v1/vulnerabilities/CVE-2026-1000/images', RestAffectedImage);
    expect(affected.map(({ packages }) => packages[0])).toEqual([
      { name: 'tar', version: '1.34+dfsg-1.2', fixedIn: '1.34+dfsg-1.2+deb12u1' },
      { name: 'tar', version: '1.34+dfsg-1.2', fixedIn: '1.34+dfsg-1.2+deb12u1' },
    ]);
    expect(registry.proxy.blobGets()).toBe(pulls);
  }, 180_000);

  it('stops in order when asked to, without a complaint', async () => {
    expect(await installation.stop()).toEqual({ receiver: 0, worker: 0, scheduler: 0, api: 0 });
    expect(installation.complaints()).toBe('');
  }, 30_000);

  function postHook(body: string, secret: string): Promise<Response> {
    return fetch(`${installation.receiverUrl}/hooks/acr/${registry.name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body,
      signal: AbortSignal.timeout(10_000),
    });
  }
}

function sampleOf(repository: string, tag: string): SampleImage {
  const found = sampleImages.find((image) => image.repository === repository && image.tag === tag);
  if (found === undefined) throw new Error(`there is no sample ${repository}:${tag}`);
  return found;
}

function lineOf({ vulnerability, package: pkg, fixedIn }: RestFinding): string {
  return `${vulnerability.id} ${pkg.name} -> ${fixedIn ?? 'none'}`;
}

const findingsOfWeb = [
  'CVE-2021-23337 lodash -> 4.17.21',
  'CVE-2021-44906 minimist -> 1.2.6',
  'CVE-2023-38545 curl -> 7.88.1-10+deb12u4',
  'CVE-2023-38545 libcurl4 -> 7.88.1-10+deb12u4',
  'CVE-2023-45853 zlib1g -> none',
  'CVE-2023-4911 libc-bin -> 2.36-9+deb12u3',
  'CVE-2023-4911 libc6 -> 2.36-9+deb12u3',
  'CVE-2023-5363 libssl3 -> 3.0.11-1~deb12u2',
  'CVE-2023-5363 openssl -> 3.0.11-1~deb12u2',
];

/** About a package that only the Debian images hold. */
const newlyKnown = {
  schema_version: '1.6.0',
  id: 'CVE-2026-1000',
  modified: '2026-02-01T00:00:00Z',
  summary: 'Made up for this test',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'Debian:12', name: 'tar' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.34+dfsg-1.2+deb12u1' }] }],
    },
  ],
};
