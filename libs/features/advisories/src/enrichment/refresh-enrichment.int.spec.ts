import { readCounts } from '@tidewaiter/features/matches';
import { AdvisorySite, medium } from '../testing/advisory-site';
import { ConfiguredFeeds } from '../configured-feeds';
import { EnrichmentFeeds } from './enrichment-feeds';

let site: AdvisorySite;
let sourceId: string;

/** Two packages with a critical vulnerability each, one of them with a fix, in one image. */
beforeEach(async () => {
  site = await AdvisorySite.open();
  sourceId = await site.addSource('npm', [
    { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.21' } },
    { id: 'GHSA-minimist', aliases: ['CVE-2021-2000'], affects: { minimist: null } },
  ]);
  await site.bring(sourceId);
  await site.addImage('a', await site.addPackages('lodash@4.17.20', 'minimist@1.0.0'));
  await site.newTransitions();
});
afterEach(() => site.close());

function kev(...ids: readonly string[]): string {
  const vulnerabilities = ids.map((cveID) => ({
    cveID,
    vulnerabilityName: `Name of ${cveID}`,
    dateAdded: '2026-01-02',
    knownRansomwareCampaignUse: 'Known',
  }));
  return JSON.stringify({ count: ids.length, vulnerabilities });
}

function epss(day: string, scores: Readonly<Record<string, number>>, model = 'v1'): string {
  const lines = Object.entries(scores).map(([id, score]) => `${id},${String(score)},0.5\n`);
  return `#model_version:${model},score_date:${day}T00:00:00Z\ncve,epss,percentile\n${lines.join('')}`;
}

/** As a transition has it of a critical vulnerability with a fix. */
function scored(before: number, now: number): unknown {
  const about = (score: number): unknown => expect.closeTo(score);
  return { severity: 'critical', fixedIn: '4.17.21', epss: about(now), before: { epss: about(before) } };
}

async function told(): Promise<readonly unknown[]> {
  const rows = await site.database.notification.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map((row) => row.payload);
}

describe('a match as it is judged', () => {
  it('has a risk by its severity and fix, and one of a malicious package the highest', async () => {
    await site.write('npm', { id: 'MAL-2026-1', affects: { minimist: null } });
    await site.bring(sourceId);
    expect(await site.ranks()).toEqual([
      'CVE-2021-1000 lodash 53',
      'CVE-2021-2000 minimist 49',
      'MAL-2026-1 minimist 100',
    ]);
  });

  it('has at once what is known of its vulnerability already', async () => {
    await site.enrich('kev', 'kev.json', kev('CVE-2021-3000'));
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.02, 'CVE-2021-3000': 0.5 }));
    await site.write('npm', { id: 'GHSA-new', aliases: ['CVE-2021-3000'], affects: { lodash: '5.0.0' } });
    await site.bring(sourceId);
    expect(await site.ranks()).toEqual([
      'CVE-2021-1000 lodash 54 epss 0.02',
      'CVE-2021-2000 minimist 49',
      'CVE-2021-3000 lodash 98.7 epss 0.5 exploited',
    ]);
  });

  it('has what is known by names that a standing record gives its vulnerability, and by none of a withdrawn one', async () => {
    await site.enrich('kev', 'kev.json', kev('CVE-2021-3000'));
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-3000': 0.5 }));
    await site.enrich('vex', 'vex.json', vex('CVE-2021-3000'));
    const naming = { id: 'PYSEC-1', aliases: ['CVE-2021-3000', 'GHSA-new'] };
    await site.write('npm', { id: 'GHSA-new', affects: { lodash: '5.0.0' } });
    await site.write('npm', naming);
    await site.bring(sourceId);
    const others = ['CVE-2021-1000 lodash 53', 'CVE-2021-2000 minimist 49'];
    expect(await site.ranks()).toEqual([...others, 'CVE-2021-3000 lodash 98.7 epss 0.5 exploited']);
    expect(await counts()).toEqual(['critical 2 medium 0 fixable 1 suppressed 1']);
    await site.write('npm', { ...naming, withdrawn: '2026-02-01T00:00:00Z' });
    await site.bring(sourceId);
    expect(await site.ranks()).toEqual([...others, 'GHSA-new lodash 53']);
    expect(await counts()).toEqual(['critical 3 medium 0 fixable 2 suppressed 0']);
  });
});

describe('the catalogue of known exploited vulnerabilities', () => {
  it('is no change when it is read for the first time', async () => {
    await site.enrich('kev', 'kev.json', kev('CVE-2021-1000'));
    expect(await site.ranks()).toEqual(['CVE-2021-1000 lodash 98.7 exploited', 'CVE-2021-2000 minimist 49']);
    expect(await site.newTransitions()).toEqual([]);
    expect(await told()).toEqual([]);
  });

  it('has images looked at again that hold what comes into it or leaves it, though none of their counts changes', async () => {
    await site.addImage('b', await site.addPackages('lodash@4.17.20'));
    const long = new Date('2020-01-01');
    const touched = async () => {
      const rows = await site.database.partSummary.findMany({ orderBy: { partId: 'asc' } });
      await site.database.partSummary.updateMany({ data: { updatedAt: long } });
      return rows.map(({ updatedAt }) => updatedAt > long);
    };
    await touched();
    await site.enrich('kev', 'kev.json', kev('CVE-2021-2000'));
    expect(await touched()).toEqual([true, false]);
    await site.enrich('kev', 'kev.json', kev('CVE-2021-1000'));
    expect(await touched()).toEqual([true, true]);
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.02 }));
    expect(await touched()).toEqual([false, false]);
    await site.enrich('kev', 'kev.json', kev('CVE-2000-0001'));
    expect(await touched()).toEqual([true, true]);
  });

  it('is told once when a vulnerability comes into it, by its canonical id or an alias', async () => {
    await site.enrich('kev', 'kev.json', kev('CVE-2000-0001'));
    const outcome = await site.enrich('kev', 'kev.json', kev('CVE-2000-0001', 'CVE-2021-2000'));
    expect(outcome).toMatchObject({ state: 'changed', run: 2, records: 2, changed: 1 });
    await site.rematch.drain();
    expect(await site.tellRematch.tellFinished()).toBe(0);
    const [transition] = await site.database.transition.findMany();
    expect(transition).toMatchObject({ kind: 'known-exploited', cause: { kind: 'feed', source: 'kev', run: 2 } });
    expect(await told()).toMatchObject([
      {
        feed: 'kev',
        vulnerabilities: [
          { vulnerability: 'CVE-2021-2000', change: 'known-exploited', severity: 'critical', imageCount: 1 },
        ],
      },
    ]);
  });

  it('takes back what was removed from it, which history tells and no alert', async () => {
    await site.enrich(
      'kev',
      'kev.json',
      kev('CVE-2021-1000', 'CVE-2021-2000', 'CVE-1999-0001', 'CVE-1999-0002', 'CVE-1999-0003'),
    );
    await site.enrich('kev', 'kev.json', kev('CVE-2021-1000', 'CVE-1999-0001', 'CVE-1999-0002', 'CVE-1999-0003'));
    expect(await site.ranks()).toEqual(['CVE-2021-1000 lodash 98.7 exploited', 'CVE-2021-2000 minimist 49']);
    const { id } = await site.database.vulnerability.findUniqueOrThrow({ where: { name: 'CVE-2021-2000' } });
    expect(await site.database.transition.findMany()).toMatchObject([
      { kind: 'known-exploited-withdrawn', vulnerabilityId: id, cause: { kind: 'feed', source: 'kev', run: 2 } },
    ]);
    expect(await told()).toEqual([]);
    const row = await site.database.vulnerability.findUniqueOrThrow({ where: { name: 'CVE-2021-1000' } });
    expect([row.exploitedSince, row.ransomware]).toEqual(['2026-01-02', true]);
  });

  it.each([
    ['is cut off', JSON.stringify({ count: 2, vulnerabilities: [] })],
    ['is an error page', '<html>'],
    ['lost most of its entries', kev('CVE-2021-1000')],
  ])('keeps its last good state when it %s', async (_what, content) => {
    const many = [...Array(20).keys()].map((n) => `CVE-1999-${String(1_000 + n)}`);
    await site.enrich('kev', 'kev.json', kev('CVE-2021-1000', 'CVE-2021-2000', ...many));
    const outcome = await site.enrich('kev', 'kev.json', content);
    expect(outcome).toMatchObject({ state: 'unchanged', records: 22, changed: 0 });
    expect(await site.ranks()).toEqual([
      'CVE-2021-1000 lodash 98.7 exploited',
      'CVE-2021-2000 minimist 94.7 exploited',
    ]);
    const row = await site.database.feedState.findUniqueOrThrow({ where: { id: 'kev' } });
    expect(row).toMatchObject({ state: 'failing', run: 1, records: 22 });
    expect(row.lastError).not.toBeNull();
  });

  it('fails without an effect on anything else when its source is not there', async () => {
    await new EnrichmentFeeds(site.database).sync([{ id: 'kev', source: site.path('nowhere') }]);
    await expect(site.refreshEnrichment.refresh('kev')).rejects.toThrow('cannot be read');
    await site.addPackages('lodash@4.17.19');
    expect(await site.openMatches()).toHaveLength(3);
    expect(await site.database.feedState.findUniqueOrThrow({ where: { id: 'kev' } })).toMatchObject({
      state: 'failing',
    });
  });
});

describe('what became known of attacks', () => {
  it('is told by a judging that writes it before it is ranked', async () => {
    await site.database.vulnerability.updateMany({
      where: { name: 'CVE-2021-1000' },
      data: { exploitedSince: '2026-01-02', epss: 0.5 },
    });
    await site.write('npm', { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.22' } });
    await site.bring(sourceId);
    expect(await site.newTransitions()).toEqual(['epss-crossed', 'known-exploited']);
    expect(await told()).toMatchObject([
      { feed: sourceId, vulnerabilities: [{ change: 'epss-crossed' }, { change: 'known-exploited' }] },
    ]);
  });
});

describe('EPSS scores', () => {
  it('are kept whenever they cross the line, and told once while the match is open', async () => {
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.05, 'CVE-2021-2000': 0.3 }));
    expect(await site.newTransitions()).toEqual([]);
    await site.enrich('epss', 'epss.csv', epss('2026-01-02', { 'CVE-2021-1000': 0.11, 'CVE-2021-2000': 0.31 }));
    await site.enrich('epss', 'epss.csv', epss('2026-01-03', { 'CVE-2021-1000': 0.09, 'CVE-2021-2000': 0.31 }));
    await site.enrich('epss', 'epss.csv', epss('2026-01-04', { 'CVE-2021-1000': 0.2, 'CVE-2021-2000': 0.31 }));
    expect(await site.ranks()).toEqual(['CVE-2021-1000 lodash 70 epss 0.2', 'CVE-2021-2000 minimist 69.2 epss 0.31']);
    const transitions = await site.database.transition.findMany({ orderBy: { id: 'asc' } });
    expect(transitions.map(({ kind, detail }) => ({ kind, detail }))).toEqual([
      { kind: 'epss-crossed', detail: scored(0.05, 0.11) },
      { kind: 'epss-fell', detail: scored(0.11, 0.09) },
      { kind: 'epss-crossed', detail: scored(0.09, 0.2) },
    ]);
    expect(await told()).toMatchObject([
      { feed: 'epss', vulnerabilities: [{ vulnerability: 'CVE-2021-1000', change: 'epss-crossed' }] },
    ]);
  });

  it('keep what they were before real moves, and before small ones that add up to one', async () => {
    const [moved, drifting] = ['CVE-2021-1000', 'CVE-2021-2000'];
    const scores = [
      { [moved]: 0.5, [drifting]: 0.5 },
      { [moved]: 0.6, [drifting]: 0.505 },
      { [moved]: 0.6, [drifting]: 0.509 },
      { [moved]: 0.6, [drifting]: 0.513, 'CVE-2021-3000': 0.1 },
    ];
    for (const [index, day] of scores.entries())
      await site.enrich('epss', 'epss.csv', epss(`2026-01-0${String(index + 1)}`, day));
    const kept = await site.database.pastEpssScore.findMany({
      orderBy: [{ knownUntil: 'asc' }, { vulnerability: 'asc' }],
    });
    expect(kept.map(({ vulnerability, probability }) => [vulnerability, probability])).toEqual([
      [moved, 0.5],
      [drifting, 0.5],
      ['CVE-2021-3000', null],
    ]);
  });

  it('of another model are taken, told as one event and alert nobody', async () => {
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.01 }));
    await site.enrich('epss', 'epss.csv', epss('2026-01-02', { 'CVE-2021-1000': 0.9 }, 'v2'));
    expect(await site.ranks()).toContain('CVE-2021-1000 lodash 77.7 epss 0.9');
    expect(await site.newTransitions()).toEqual([]);
    expect(await told()).toEqual([]);
    expect(await site.database.pastEpssScore.findMany()).toMatchObject([
      { probability: expect.closeTo(0.01) as number },
    ]);
    const events = await site.database.event.findMany({ where: { kind: 'epss.model-changed' } });
    expect(events.map((event) => event.payload)).toEqual([{ from: 'v1', to: 'v2', scoreDate: '2026-01-02' }]);
  });

  it('that are gone are not zero: the match has none', async () => {
    const many = Object.fromEntries([...Array(9).keys()].map((n) => [`CVE-1999-000${String(n)}`, 0.1]));
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { ...many, 'CVE-2021-1000': 0.05 }));
    await site.enrich('epss', 'epss.csv', epss('2026-01-02', many));
    expect(await site.ranks()).toContain('CVE-2021-1000 lodash 53');
  });

  it('are one look when nothing changed', async () => {
    const content = epss('2026-01-01', { 'CVE-2021-1000': 0.05 });
    await site.enrich('epss', 'epss.csv', content);
    expect(await site.refreshEnrichment.refresh('epss')).toMatchObject({ state: 'unchanged', records: 2 });
  });

  it('are fetched every week, also when they are said to be unchanged', async () => {
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.05 }));
    await site.database.$executeRaw`
      UPDATE feed SET fingerprint = fingerprint || '{"wholeAt": "2026-01-01T00:00:00Z"}' WHERE id = 'epss'`;
    const before = await site.database.transition.count();
    expect(await site.refreshEnrichment.refresh('epss')).toMatchObject({ state: 'changed', changed: 0 });
    expect(await site.refreshEnrichment.refresh('epss')).toMatchObject({ state: 'unchanged' });
    expect(await site.database.transition.count()).toBe(before);
  });
});

describe('end-of-life dates', () => {
  it('are kept as the source has them', async () => {
    const document = (...releases: readonly object[]) =>
      JSON.stringify({ result: [{ name: 'debian', identifiers: [], releases }] });
    const bookworm = { name: '12', label: '12 (Bookworm)', isEol: false, eolFrom: '2026-06-10' };
    await site.enrich('endoflife', 'full.json', document(bookworm));
    await site.enrich(
      'endoflife',
      'full.json',
      document({ ...bookworm, isEol: true }, { name: '13', isEol: false, eolFrom: null }),
    );
    const rows = await site.database.productCycle.findMany({ orderBy: { cycle: 'asc' } });
    expect(rows).toMatchObject([
      { product: 'debian', cycle: '12', isOver: true, endsOn: '2026-06-10' },
      { product: 'debian', cycle: '13', isOver: false, endsOn: null },
    ]);
  });
});

/** Everything about lodash and minimist of the named vulnerabilities is fixed, says Acme. */
function vex(...names: readonly string[]): string {
  const products = ['pkg:npm/lodash', 'pkg:npm/minimist'];
  return JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://acme.example/vex',
    author: 'Acme',
    timestamp: '2026-01-01T00:00:00Z',
    statements: names.map((name) => ({ vulnerability: { name }, products, status: 'fixed' })),
  });
}

/** Counts of the images, and what of them somebody vouches for, as they are kept. */
async function counts(): Promise<readonly string[]> {
  const rows = [...(await readCounts(site.database)).values()];
  return rows.map(
    ({ critical, medium, fixable, suppressed }) =>
      `critical ${critical} medium ${medium} fixable ${fixable} suppressed ${suppressed ?? 0}`,
  );
}

describe('VEX statements', () => {
  it('take findings out of the counts of images, and give them back', async () => {
    expect(await counts()).toEqual(['critical 2 medium 0 fixable 1 suppressed 0']);
    await site.enrich('vex', 'vex.json', vex('GHSA-lodash'));
    expect(await counts()).toEqual(['critical 1 medium 0 fixable 0 suppressed 1']);
    const lodash = { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'] };
    await site.write('npm', { ...lodash, affects: { lodash: '4.17.21' }, vector: medium });
    await site.bring(sourceId);
    expect(await counts()).toEqual(['critical 1 medium 0 fixable 0 suppressed 1']);
    // An image that comes later, of packages that are known.
    await site.addImage('b', await site.addPackages('lodash@4.17.20'));
    await site.judgePackages.recount();
    expect(await counts()).toEqual([
      'critical 1 medium 0 fixable 0 suppressed 1',
      'critical 0 medium 0 fixable 0 suppressed 1',
    ]);
    await site.enrich('vex', 'vex.json', vex('CVE-2021-2000'));
    expect(await counts()).toEqual([
      'critical 0 medium 1 fixable 1 suppressed 1',
      'critical 0 medium 1 fixable 1 suppressed 0',
    ]);
    await site.write('npm', { id: 'GHSA-minimist', aliases: ['CVE-2021-2000'], affects: { other: null } });
    await site.bring(sourceId);
    expect((await counts())[0]).toBe('critical 0 medium 1 fixable 1 suppressed 0');
  });

  it('speak of a vulnerability by names that it is given later, and by none that were taken from it', async () => {
    await site.enrich('vex', 'vex.json', vex('GHSA-other'));
    await site.newTransitions();
    expect(await counts()).toEqual(['critical 2 medium 0 fixable 1 suppressed 0']);
    // The match stays as it is: who says so is about another package.
    const other = { id: 'GHSA-other', affects: { other: null } };
    await site.write('npm', { ...other, aliases: ['CVE-2021-1000'] });
    await site.bring(sourceId);
    expect(await counts()).toEqual(['critical 1 medium 0 fixable 0 suppressed 1']);
    await site.write('npm', other);
    await site.bring(sourceId);
    expect(await counts()).toEqual(['critical 2 medium 0 fixable 1 suppressed 0']);
    expect(await site.newTransitions()).toEqual(['suppressed', 'suppression-withdrawn']);
    expect(await told()).toMatchObject([
      { vulnerabilities: [{ vulnerability: 'CVE-2021-1000', change: 'suppression-withdrawn', imageCount: 1 }] },
    ]);
  });

  it('take the place of those that were there, which are kept; what is said again stays as it is', async () => {
    await site.enrich('vex', 'vex.json', vex('cve-2021-1000', 'CVE-2021-2000'));
    const before = await site.database.vexStatement.findFirst({ where: { vulnerabilities: { has: 'CVE-2021-1000' } } });
    const outcome = await site.enrich('vex', 'vex.json', vex('CVE-2021-1000'));
    expect(outcome).toMatchObject({ records: 1, changed: 1 });
    const rows = await site.database.vexStatement.findMany();
    expect(rows).toEqual([before]);
    expect(await site.database.pastVexStatement.findMany()).toMatchObject([
      { vulnerabilities: ['CVE-2021-2000'], source: site.path('vex'), subjectDigest: null, isBelieved: true },
    ]);
    expect(rows).toMatchObject([
      {
        vulnerabilities: ['CVE-2021-1000'],
        status: 'fixed',
        products: [
          { purl: 'pkg:npm/lodash', subcomponents: [] },
          { purl: 'pkg:npm/minimist', subcomponents: [] },
        ],
      },
    ]);
    await expect(new EnrichmentFeeds(site.database).sync([{ id: 'vex' }])).rejects.toThrow('vex=PATH');
  });

  it('keep alerts quiet, of every image they speak of and no other, and are told of when they are taken away', async () => {
    await site.enrich('vex', 'vex.json', vex('CVE-2021-1000', 'CVE-2021-2000'));
    expect(await site.newTransitions()).toEqual(['suppressed', 'suppressed']);
    await site.enrich('kev', 'kev.json', kev('CVE-2021-9999'));
    await site.enrich('kev', 'kev.json', kev('CVE-2021-9999', 'CVE-2021-1000'));
    expect(await site.newTransitions()).toEqual(['known-exploited']);
    expect(await told()).toEqual([]);
    await site.enrich('vex', 'vex.json', vex('CVE-2021-2000'));
    await site.tellRematch.tellFinished();
    const [withdrawn] = await told();
    expect(await told()).toHaveLength(1);
    expect(withdrawn).toMatchObject({
      kind: 'rematch',
      vulnerabilities: [{ vulnerability: 'CVE-2021-1000', change: 'suppression-withdrawn', imageCount: 1 }],
      omitted: 0,
    });
    expect(withdrawn).not.toHaveProperty('feed');
    expect(await site.newTransitions()).toEqual(['suppression-withdrawn']);
  });

  it('come from several sources, each in its own place, until it is no longer configured', async () => {
    const feeds = new EnrichmentFeeds(site.database);
    const wanted = [];
    for (const [name, id] of [
      ['acme', 'CVE-2021-1000'],
      ['hub', 'CVE-2021-2000'],
    ] as const) {
      await site.addSource(name);
      await site.writeRaw(name, 'vex.json', vex(id));
      wanted.push({ id: 'vex', source: site.path(name) });
    }
    const { configured } = await feeds.sync(wanted);
    expect(configured).toEqual(['vex:acme', 'vex:hub']);
    for (const id of configured) await site.refreshEnrichment.refresh(id);
    expect(await counts()).toEqual(['critical 0 medium 0 fixable 0 suppressed 2']);
    expect(await feeds.sync(wanted.slice(1))).toEqual({ configured: ['vex:hub'], retired: ['vex:acme'] });
    await site.rematch.drain();
    expect(await counts()).toEqual(['critical 1 medium 0 fixable 1 suppressed 1']);
    expect(await site.database.pastVexStatement.findMany()).toMatchObject([{ vulnerabilities: ['CVE-2021-1000'] }]);
    await feeds.sync(wanted);
    expect(await site.refreshEnrichment.refresh('vex:acme')).toMatchObject({ state: 'changed', records: 1 });
  });
});

describe('what is configured', () => {
  it('becomes rows, and a source nobody knows is named', async () => {
    const feeds = new EnrichmentFeeds(site.database);
    expect(await feeds.sync([{ id: 'kev' }, { id: 'epss', source: '/srv/epss' }])).toEqual({
      configured: ['kev', 'epss'],
      retired: [],
    });
    expect(await feeds.sync([{ id: 'epss' }])).toEqual({ configured: ['epss'], retired: ['kev'] });
    const rows = await site.database.feedState.findMany({
      where: { id: { in: ['kev', 'epss'] } },
      orderBy: { id: 'asc' },
    });
    expect(rows.map((row) => new URL(row.source).protocol)).toEqual(['https:', 'https:']);
    await expect(feeds.sync([{ id: 'kevin' }])).rejects.toThrow('there are endoflife, epss, kev, vex');
    expect((await site.sources.sync([site.path('npm')])).retired).toEqual([]);
  });
});

describe('what is no longer configured', () => {
  it('is not known any more, which history tells and no alert', async () => {
    await site.enrich('kev', 'kev.json', kev('CVE-2021-1000'));
    await site.enrich('epss', 'epss.csv', epss('2026-01-01', { 'CVE-2021-1000': 0.5 }));
    expect(await site.ranks()).toContain('CVE-2021-1000 lodash 98.7 epss 0.5 exploited');
    const feeds = new ConfiguredFeeds(site.sources, new EnrichmentFeeds(site.database), site.database);
    const { leaving } = await feeds.sync({ sources: [site.path('npm')], enrichment: [] });
    expect(leaving).toEqual(['epss', 'kev']);
    for (const id of leaving) await site.refreshEnrichment.refresh(id);
    await site.tellRematch.tellFinished();
    expect(await site.ranks()).toContain('CVE-2021-1000 lodash 53');
    expect(await site.newTransitions()).toEqual(['epss-fell', 'known-exploited-withdrawn']);
    expect(await told()).toEqual([]);
    expect(await site.database.pastKnownExploited.count()).toBe(1);
    expect(await site.database.pastEpssScore.count()).toBe(1);
    const rows = await site.database.feedState.findMany({ where: { id: { in: ['kev', 'epss'] } } });
    expect(rows.map(({ state }) => state)).toEqual(['retired', 'retired']);
    // Looked at again, it is no change: nobody looked meanwhile.
    await feeds.sync({ sources: [site.path('npm')], enrichment: [{ id: 'kev', source: site.path('kev') }] });
    expect(await site.refreshEnrichment.refresh('kev')).toMatchObject({ state: 'changed', records: 1 });
    expect(await site.newTransitions()).toEqual([]);
    expect(await site.ranks()).toContain('CVE-2021-1000 lodash 98.7 exploited');
  });
});
