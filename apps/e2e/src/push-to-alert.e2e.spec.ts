import { sampleAdvisories } from '@tidewaiter/samples';
import { writeAdvisories } from './advisory-directory';
import type { Settings } from './processes';
import { describeQueueBackends } from './queue-backends';
import { RestAffectedImage, RestDelivery, RestProblem } from './rest-api.schema';
import { findingsOfWeb, lineOf, openSite, sampleOf, type Site } from './site';
import { throughout, until } from './until';

/** Long enough for a message that should not come: jobs are taken at once. */
const quietMs = 3_000;

describeQueueBackends(pushToAlert);

function pushToAlert(queueSettings: () => Promise<Settings>): void {
  let site: Site;
  let indexPushedAt: number;

  beforeAll(async () => {
    site = await openSite({ queue: await queueSettings(), advisories: sampleAdvisories });
  }, 90_000);
  afterAll(() => site.close(), 30_000);

  it('scans an image because it was pushed, and tells about it once', async () => {
    await site.push(sampleOf('shop/web', '1.0'));
    const image = await site.installation.api.scannedImage('shop/web', '1.0');
    expect(image).toMatchObject({ state: 'scanned', complete: true, platform: 'linux/amd64', packages: 14 });
    expect(image.findings).toMatchObject({ critical: 4, high: 5, fixable: 8, undetermined: 0 });
    expect((await site.installation.api.findings(image.digest)).map(lineOf).sort()).toEqual(findingsOfWeb);
    await until('the message', () => site.slack.messages[0]);
    await throughout('one push makes one message', quietMs, () => site.slack.messages.length === 1);
    expect(site.slack.messages[0]).toContain('shop/web:1.0');
    expect(site.slack.messages[0]).toContain('CVE-2021-44906');
    expect(site.slack.messages[0]).toContain('1.2.6');
  }, 90_000);

  it('reads every platform of an index and pulls a layer it knows only once', async () => {
    const before = site.slack.messages.length;
    const startedAt = Date.now();
    await site.push(sampleOf('shop/api', '2.3'));
    await site.push(sampleOf('shop/web', '1.1'));
    const repaired = await site.installation.api.scannedImage('shop/web', '1.1');
    const open = (await site.installation.api.findings(repaired.digest)).map(lineOf).sort();
    expect(open).toEqual(findingsOfWeb.filter((line) => !/lodash|minimist/.test(line)));
    const [scan] = (await site.installation.api.scans('shop/web')).filter(({ tag }) => tag === '1.1');
    const [first] = (await site.installation.api.scans('shop/web')).filter(({ tag }) => tag === '1.0');
    expect(scan?.pulledBytes).toBeGreaterThan(0);
    expect(scan?.pulledBytes).toBeLessThan(first?.pulledBytes ?? 0);
    await site.installation.api.scannedImage('shop/api', '2.3');
    const platforms = (await site.installation.api.images())
      .filter(({ where }) => where.some(({ repository }) => repository === 'shop/api'))
      .map(({ platform }) => platform);
    expect(platforms.sort()).toEqual(['linux/amd64', 'linux/arm64']);
    await until('two messages', () => site.slack.messages[before + 1]);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    indexPushedAt = startedAt;
  }, 90_000);

  it('says which images have a vulnerability, by any of its names', async () => {
    for (const id of ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm']) {
      const found = await site.installation.api.all(`/api/v1/vulnerabilities/${id}/images`, RestAffectedImage);
      expect(found.map(({ image, packages }) => [image.where[0]?.repository, image.where[0]?.tags, packages])).toEqual([
        ['shop/web', ['1.0'], [{ name: 'lodash', version: '4.17.15', fixedIn: '4.17.21' }]],
      ]);
    }
    const openssl = await site.installation.api.all('/api/v1/vulnerabilities/CVE-2023-5363/images', RestAffectedImage);
    expect(openssl).toHaveLength(4);
  });

  // The two images of the index are in the registry by themselves too, under no tag.
  it('accounts for everything it has seen', async () => {
    const { totals } = await site.installation.api.coverage();
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
    const deliveries = await site.installation.api.all('/api/v1/deliveries?state=processed', RestDelivery);
    expect(deliveries.length).toBe(site.emulator.deliveries().length);
    expect(site.emulator.deliveries().map(({ status }) => status)).toEqual(deliveries.map(() => 202));
  });

  it('pulls nothing and tells nothing when an unchanged image is scanned again', async () => {
    const [told, pulls] = [site.slack.messages.length, site.registry.proxy.blobGets()];
    const scan = await site.installation.api.scan(`${site.registry.host}/shop/web:1.0`);
    expect(scan).toMatchObject({ state: 'finished', cause: 'user', pulledBytes: 0, error: null });
    // The configuration of an image is a blob too, and is read at every scan.
    expect(site.registry.proxy.blobGets() - pulls).toBeLessThanOrEqual(1);
    await throughout('an unchanged rescan tells nothing', quietMs, () => site.slack.messages.length === told);
  }, 90_000);

  it('takes a doubled delivery for one', async () => {
    const told = site.slack.messages.length;
    const [delivery] = site.emulator.deliveries();
    const scans = (await site.installation.api.scans('shop/web')).length;
    const answer = await postHook(JSON.stringify(delivery?.event), site.registry.webhookSecret);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ duplicates: 1 });
    await throughout('a doubled delivery tells nothing', quietMs, () => site.slack.messages.length === told);
    expect(await site.installation.api.scans('shop/web')).toHaveLength(scans);
  }, 30_000);

  it.each([
    ['malformed', () => ['{"id": "no event"', site.registry.webhookSecret], 400],
    ['of another form', () => ['{"hello": "world"}', site.registry.webhookSecret], 400],
    ['without the secret', () => ['{}', 'guessed-secret-of-a-stranger'], 401],
    ['too large', () => [`"${'x'.repeat(300_000)}"`, site.registry.webhookSecret], 413],
  ] as const)('refuses a delivery that is %s, and shows that it came', async (_name, call, status) => {
    const before = await site.installation.api.all('/api/v1/deliveries?state=rejected', RestDelivery);
    const [body = '', secret = ''] = call();
    const answer = await postHook(body, secret);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    const problem = RestProblem.parse(await answer.json());
    expect(problem.status).toBe(status);
    const rows = await site.installation.api.all('/api/v1/deliveries?state=rejected', RestDelivery);
    expect(rows).toHaveLength(before.length + 1);
    expect(rows[0]).toMatchObject({ state: 'rejected', problem: { code: problem.code } });
  });

  it('has made one message of an index and its images, also when these were held back long enough', async () => {
    const heldMs = 22_000 - (Date.now() - indexPushedAt);
    await throughout('three tags make three messages', Math.max(heldMs, 0), () => site.slack.messages.length === 3);
    expect(site.slack.messages.filter((message) => message.includes('shop/api'))).toHaveLength(1);
  }, 60_000);

  it('tells once about an advisory that changes, without asking the registry for a single blob', async () => {
    const [told, pulls] = [site.slack.messages.length, site.registry.proxy.blobGets()];
    const before = new Date().toISOString();
    await writeAdvisories(site.advisories, [newlyKnown]);
    await site.installation.refreshFeeds();
    await until('the message', () => site.slack.messages[told], { timeoutMs: 130_000 });
    await throughout('one change makes one message', quietMs, () => site.slack.messages.length === told + 1);
    expect(site.slack.messages[told]).toContain('CVE-2026-1000');
    expect(site.slack.messages[told]).toContain('shop/web:1.0');
    expect(site.slack.messages[told]).toContain('shop/web:1.1');
    expect(site.slack.messages[told]).not.toContain('shop/api');
    const affected = await site.installation.api.all('/api/v1/vulnerabilities/CVE-2026-1000/images', RestAffectedImage);
    expect(affected.map(({ packages }) => packages[0])).toEqual([
      { name: 'tar', version: '1.34+dfsg-1.2', fixedIn: '1.34+dfsg-1.2+deb12u1' },
      { name: 'tar', version: '1.34+dfsg-1.2', fixedIn: '1.34+dfsg-1.2+deb12u1' },
    ]);
    const then = `/api/v1/vulnerabilities/CVE-2026-1000/images?at=${before}`;
    expect(await site.installation.api.all(then, RestAffectedImage)).toEqual([]);
    expect(site.registry.proxy.blobGets()).toBe(pulls);
  }, 180_000);

  it('stops in order when asked to, without a complaint', async () => {
    expect(await site.installation.stop()).toEqual({ receiver: 0, worker: 0, scheduler: 0, api: 0 });
    expect(site.installation.complaints()).toBe('');
  }, 30_000);

  function postHook(body: string, secret: string): Promise<Response> {
    return fetch(`${site.installation.receiverUrl}/hooks/acr/${site.registry.name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body,
      signal: AbortSignal.timeout(10_000),
    });
  }
}

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
