import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EnrichmentFeeds,
  FeedSources,
  RefreshEnrichment,
  RefreshSource,
  Rematch,
} from '@tidewaiter/features/advisories';
import { JudgePackages } from '@tidewaiter/features/matches';
import { momentApart } from '@tidewaiter/testing';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const id = 'CVE-2026-0001';
const medium = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N';
const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const Findings = z.object({
  items: z.array(z.looseObject({ summary: z.string().optional() })),
  next: z.string().nullable(),
});
const Known = z.looseObject({ advisories: z.array(z.looseObject({})), affected: z.array(z.looseObject({})) });

let api: StartedApi;
let fleet: Fleet;
let directory: string;
let refresh: () => Promise<void>;
let enrich: (id: 'epss' | 'kev' | 'vex', content: string) => Promise<void>;
/** Moments by what was true then. */
const moments = new Map<string, string>();

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  directory = await mkdtemp(join(tmpdir(), 'tidewaiter-as-of-'));
  const source = join(directory, 'npm');
  await mkdir(source);
  // Removing more than a fifth at once is not believed.
  for (let n = 0; n < 9; n += 1) await write(`GHSA-other-${String(n)}`, { fixed: '1.0.0' });
  const { configured } = await new FeedSources(api.database).sync([source]);
  const snapshots = { snapshotDirectory: join(directory, 'snapshots'), maxShrinkPercent: 20 };
  const [reading, judging] = [new RefreshSource(api.database, snapshots), new JudgePackages(api.database)];
  refresh = async () => {
    await reading.refresh(configured[0] ?? '');
    await new Rematch(api.database, judging).drain();
  };
  const enriching = new RefreshEnrichment(api.database, snapshots);
  enrich = async (feed, content) => {
    await mkdir(join(directory, feed), { recursive: true });
    await writeFile(join(directory, feed, feed === 'epss' ? 'epss.csv' : `${feed}.json`), content);
    const wanted = ['epss', 'kev', 'vex'].map((each) => ({ id: each, source: join(directory, each) }));
    const { configured } = await new EnrichmentFeeds(api.database).sync(wanted);
    await enriching.refresh(configured.find((one) => one.startsWith(feed)) ?? '');
  };
  const chalk = await fleet.addPackage('npm/chalk@1.0.0');
  await api.database.packageKey.create({ data: { ecosystem: 'npm', name: 'chalk', packageId: chalk } });
  const lodash = await fleet.addPackage('npm/lodash@4.17.20');
  await api.database.packageKey.create({ data: { ecosystem: 'npm', name: 'lodash', packageId: lodash } });
  await fleet.addImage({ name: 'shop', repository: 'app/shop', layers: [['npm/lodash@4.17.20', 'npm/chalk@1.0.0']] });
  await live();
  await beThreatened();
}, 60_000);
afterAll(async () => {
  await api.stop();
  await rm(directory, { recursive: true });
});

const packages = new Map([
  ['GHSA-0001', 'lodash'],
  ['GHSA-0002', 'chalk'],
]);

interface Said {
  readonly fixed: string;
  readonly vector?: string;
  readonly summary?: string;
  readonly modified?: string;
}

async function write(name: string, { fixed, vector = medium, summary, modified = '2026-01-01T00:00:00Z' }: Said) {
  const affected = [
    {
      package: { ecosystem: 'npm', name: packages.get(name) ?? 'other' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ];
  const aliases = packages.has(name) ? [name.replace('GHSA', 'CVE-2026')] : [];
  const record = { id: name, modified, aliases, summary, affected, severity: [{ type: 'CVSS_V3', score: vector }] };
  await writeFile(join(directory, 'npm', `${name}.json`), JSON.stringify(record));
}

async function moment(name: string): Promise<void> {
  moments.set(name, (await momentApart(api.database)).toISOString());
}

const forms = [
  { name: 'told', severity: 'medium', fixed: '4.17.21', summary: 'First words', modified: '2026-01-02T00:00:00Z' },
  {
    name: 'changed',
    severity: 'critical',
    fixed: '4.17.22',
    summary: 'Second words',
    modified: '2026-01-03T00:00:00Z',
  },
  {
    name: 'reworded',
    severity: 'critical',
    fixed: '4.17.22',
    summary: 'Third words',
    modified: '2026-01-04T00:00:00Z',
  },
  {
    name: 'told again',
    severity: 'medium',
    fixed: '4.17.23',
    summary: 'Fourth words',
    modified: '2026-01-05T00:00:00Z',
  },
];

/** The life of a record: told, changed, reworded, taken back, told again. */
async function live(): Promise<void> {
  await refresh();
  await moment('nobody knows');
  for (const { name, severity, ...said } of forms) {
    if (name === 'told again') {
      await rm(join(directory, 'npm', 'GHSA-0001.json'));
      await refresh();
      await moment('taken back');
    }
    await write('GHSA-0001', { ...said, vector: severity === 'critical' ? critical : medium });
    await refresh();
    await moment(name);
  }
}

function epss(day: string, scores: Readonly<Record<string, number>>, model = 'v1'): string {
  const others = Array.from({ length: 9 }, (_, n) => `CVE-1999-000${String(n)},0.5,0.5`);
  const lines = Object.entries(scores).map(([cve, score]) => `${cve},${String(score)},0.5`);
  return [`#model_version:${model},score_date:${day}T00:00:00Z`, 'cve,epss,percentile', ...others, ...lines, ''].join(
    '\n',
  );
}

function kev(...ids: readonly string[]): string {
  const others = Array.from({ length: 9 }, (_, n) => `CVE-1999-000${String(n)}`);
  const entry = (cveID: string) => ({
    ...{ cveID, vulnerabilityName: cveID, dateAdded: '2026-01-02', knownRansomwareCampaignUse: 'Known' },
  });
  const vulnerabilities = [...others, ...ids].map(entry);
  return JSON.stringify({ count: vulnerabilities.length, vulnerabilities });
}

function vex(...statements: readonly { readonly name: string; readonly status: string }[]): string {
  return JSON.stringify({
    ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://acme.example/vex', author: 'Acme' },
    timestamp: '2026-01-01T00:00:00Z',
    statements: statements.map(({ name, status }) => ({
      ...{ vulnerability: { name }, status, products: ['pkg:generic/lodash', 'pkg:generic/chalk'] },
    })),
  });
}

/** What a reader saw at these moments, who did not ask about the past. */
const seenThen = new Map<string, unknown>();
const threats = ['unscored', 'miscalculated', 'misprinted', 'scored', 'attacked', 'remodelled', 'forgotten'] as const;

/** What is said of the vulnerabilities beside their records: nothing, something, more, less and nothing again. */
async function beThreatened(): Promise<void> {
  const [first, second] = [id, 'CVE-2026-0002'];
  await write('GHSA-0002', { fixed: '2.0.0' });
  await refresh();
  await seeAll('unscored');
  await enrich('epss', epss('2026-01-01', { [first]: 0.5 }));
  await seeAll('miscalculated');
  await enrich('epss', epss('2026-01-01', { [first]: 0.01, [second]: 0.08 }));
  await seeAll('misprinted');
  await enrich('epss', epss('2026-01-01', { [first]: 0.05, [second]: 0.08 }, 'v1.1'));
  await enrich('kev', kev());
  await enrich('vex', vex({ name: first, status: 'fixed' }));
  await seeAll('scored');
  await enrich('epss', epss('2026-01-02', { [first]: 0.3, [second]: 0.08 }));
  await enrich('kev', kev(first));
  await enrich('vex', vex({ name: second, status: 'not_affected' }, { name: first, status: 'affected' }));
  await seeAll('attacked');
  await enrich('epss', epss('2026-01-03', { [first]: 0.05, [second]: 0.6 }, 'v2'));
  await enrich('vex', vex({ name: second, status: 'not_affected' }));
  await seeAll('remodelled');
  await enrich('epss', epss('2026-01-04', { [second]: 0.6 }));
  await enrich('kev', kev());
  await seeAll('forgotten');
  await enrich('epss', epss('2026-01-05', { [second]: 0.7 }));
}

const views = ['findings?sort=risk', 'findings?sort=epss', 'findings?exploited=true', 'findings?sort=risk&limit=1'];

async function seeAll(name: string): Promise<void> {
  seenThen.set(name, await see(''));
  await moment(name);
}

async function see(query: string): Promise<readonly unknown[]> {
  const lists = await Promise.all(
    views.map(async (view) =>
      Findings.parse(await json(`/api/v1/images/${fleet.digest('shop')}/${view}&${query}`)).items.map(shown),
    ),
  );
  const vulnerability = await knownAt(query);
  const { epss: probability, exploitedSince, ransomware } = vulnerability;
  return [...lists, { epss: probability, exploitedSince, ransomware }];
}

function shown(finding: Readonly<Record<string, unknown>>) {
  const { advisory, risk, epss: probability, exploitedSince, suppression } = finding;
  return { advisory, risk, epss: probability, exploitedSince, suppression };
}

async function json(path: string): Promise<unknown> {
  const answer = await api.get(path);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return answer.json();
}

function at(name: string): string {
  return `at=${moments.get(name) ?? ''}`;
}

async function findingsAt(query: string) {
  return Findings.parse(await json(`/api/v1/images/${fleet.digest('shop')}/findings?${query}`)).items;
}

async function knownAt(query: string) {
  return Known.parse(await json(`/api/v1/vulnerabilities/${id}?${query}`));
}

describe('a finding at a moment', () => {
  it.each(forms)('is what its reader saw when the record was $name', async ({ name, modified, fixed, ...seen }) => {
    const [finding, ...more] = await findingsAt(at(name));
    expect(finding).toMatchObject({ ...seen, fixedIn: fixed, advisory: { id: 'GHSA-0001' }, revision: { modified } });
    expect(more).toEqual([]);
  });

  it('is none before its record was told and while it was taken back', async () => {
    expect(await findingsAt(at('nobody knows'))).toEqual([]);
    expect(await findingsAt(at('taken back'))).toEqual([]);
  });

  it.each(threats)('is ranked and vouched for as its reader saw when it was %s', async (name) => {
    expect(await see(at(name))).toEqual(seenThen.get(name));
  });

  it('is ranked so that these cases differ', () => {
    expect(new Set([...seenThen.values()].map((seen) => JSON.stringify(seen))).size).toBe(threats.length);
  });

  it('comes page by page in the order of the risk of then', async () => {
    const path = `/api/v1/images/${fleet.digest('shop')}/findings?sort=risk&limit=1&${at('scored')}`;
    const first = Findings.parse(await json(path));
    const second = Findings.parse(await json(`${path}&cursor=${first.next ?? ''}`));
    expect([...first.items, ...second.items]).toMatchObject([{ epss: 0.08 }, { epss: 0.05 }]);
    expect(second.next).toBeNull();
  });

  it('has no revision when nobody asks about the past', async () => {
    const [finding] = await findingsAt('');
    expect(finding).toMatchObject({ fixedIn: '4.17.23', summary: 'Fourth words' });
    expect(finding).not.toHaveProperty('revision');
  });
});

describe('a vulnerability at a moment', () => {
  it.each(forms)('has its records as they were when it was $name', async ({ name, severity, fixed, summary }) => {
    expect(await knownAt(at(name))).toMatchObject({
      ...{ severity, summary, packages: 1, images: 1 },
      advisories: [
        {
          ...{ id: 'GHSA-0001', summary },
          severities: [{ value: severity === 'critical' ? critical : medium }],
          affected: [{ name: 'lodash', ranges: [{ events: [{ introduced: '0' }, { fixed }] }] }],
        },
      ],
      affected: [{ name: 'lodash', severity, fixedIn: fixed }],
    });
  });

  it('says from when to when a record was known as this', async () => {
    const times = async (query: string) =>
      z
        .object({ knownFrom: z.string(), knownUntil: z.string().nullable() })
        .parse((await knownAt(query)).advisories[0]);
    const [told, changed, reworded] = [
      await times(at('told')),
      await times(at('changed')),
      await times(at('reworded')),
    ];
    expect(told.knownUntil).toBe(changed.knownFrom);
    expect(changed.knownUntil).toBe(reworded.knownFrom);
    expect(reworded.knownUntil ?? '').toMatch(/^2/);
    expect((await times('')).knownUntil).toBeNull();
    expect(told.knownFrom > (moments.get('nobody knows') ?? '')).toBe(true);
  });

  it('has no record while it was taken back, and is not known before the first', async () => {
    expect(await knownAt(at('taken back'))).toMatchObject({
      ...{ severity: 'unknown', summary: null, packages: 0, images: 0 },
      ...{ advisories: [], affected: [] },
    });
    const answer = await api.get(`/api/v1/vulnerabilities/${id}?${at('nobody knows')}`);
    expect([answer.status, answer.json()]).toMatchObject([404, { code: 'vulnerability-not-known-yet' }]);
  });

  const imagesAt = async (name: string) =>
    z
      .object({ items: z.array(z.looseObject({})) })
      .parse(await json(`/api/v1/vulnerabilities/${id}/images?${at(name)}`));

  it('is in the images it was in', async () => {
    expect((await imagesAt('told')).items).toMatchObject([{ packages: [{ fixedIn: '4.17.21', severity: 'medium' }] }]);
    expect((await imagesAt('changed')).items).toMatchObject([{ packages: [{ fixedIn: '4.17.22' }] }]);
    expect((await imagesAt('taken back')).items).toEqual([]);
  });

  it('is not in an image that was deleted then, though it was pushed again', async () => {
    for (const name of ['deleted', 'deleted again']) {
      await moment(`before it was ${name}`);
      await api.database.$executeRaw`UPDATE manifest SET deleted_at = clock_timestamp()`;
      await moment(name);
      await api.database.manifest.updateMany({ data: { deletedAt: null } });
    }
    await moment('pushed again');
    const images = async (name: string) => [name, (await imagesAt(name)).items.length];
    expect([await images('before it was deleted'), await images('deleted')]).toEqual([
      ['before it was deleted', 1],
      ['deleted', 0],
    ]);
    expect([await images('before it was deleted again'), await images('deleted again')]).toEqual([
      ['before it was deleted again', 1],
      ['deleted again', 0],
    ]);
    expect(await images('pushed again')).toEqual(['pushed again', 1]);
    expect((await knownAt(at('deleted'))).images).toBe(0);
    expect((await knownAt(at('pushed again'))).images).toBe(1);
  });

  it('is not in an image of a registry that was not watched then, though it is watched again', async () => {
    await moment('before it was removed');
    await api.database.$executeRaw`UPDATE registry SET removed_at = clock_timestamp()`;
    await moment('removed');
    await api.database.registry.updateMany({ data: { removedAt: null } });
    await moment('watched again');
    const images = async (name: string) => [name, (await imagesAt(name)).items.length];
    expect(await images('before it was removed')).toEqual(['before it was removed', 1]);
    expect(await images('removed')).toEqual(['removed', 0]);
    expect(await images('watched again')).toEqual(['watched again', 1]);
    expect((await knownAt(at('removed'))).images).toBe(0);
    expect((await knownAt(at('watched again'))).images).toBe(1);
  });
});

describe('what is kept', () => {
  it('is what changed and nothing else, and what a record affects only where that changed', async () => {
    const kept = await api.database.advisoryRevision.findMany({ orderBy: { knownUntil: 'asc' } });
    expect(kept.map(({ summary, affected }) => [summary, affected !== null])).toEqual([
      ['First words', true],
      ['Second words', false],
      ['Third words', true],
    ]);
    // New words are the record's alone, and the match was closed when it was taken back: it changed in place once.
    expect(await api.database.matchRevision.count()).toBe(1);
  });
});

describe('an answer about the past', () => {
  const asOf = async (path: string, query: string) =>
    z.looseObject({}).parse(await json(`/api/v1/${path}?${query}`))['asOf'];

  it('names what in it is of now', async () => {
    const findings = `images/${fleet.digest('shop')}/findings`;
    const ofNow = ['vulnerability.id', 'vulnerability.aliases', 'package', 'layer', 'layers', 'locations'];
    expect(await asOf(findings, at('scored'))).toEqual({ at: moments.get('scored'), ofNow, notKept: [] });
    expect(await asOf(`vulnerabilities/${id}`, at('scored'))).toMatchObject({ ofNow: ['id', 'aliases'], notKept: [] });
    expect(await asOf(`vulnerabilities/${id}/images`, at('scored'))).toMatchObject({
      ofNow: ['image', 'packages.layer'],
    });
    expect(await asOf(findings, '')).toBeUndefined();
  });

  it('names what was not kept yet, and leaves it empty', async () => {
    const since = new Date(moments.get('attacked') ?? '');
    await api.database.keptSince.createMany({
      data: ['epss', 'vex'].map((subject) => ({ subject, since })),
    });
    const findings = `images/${fleet.digest('shop')}/findings`;
    expect(await asOf(findings, at('scored'))).toMatchObject({ notKept: ['epss', 'suppression'] });
    expect(await findingsAt(at('scored'))).toMatchObject([{ epss: null }, { epss: null }]);
    for (const finding of await findingsAt(at('scored'))) expect(finding).not.toHaveProperty('suppression');
    expect(await asOf(findings, at('attacked'))).toMatchObject({ notKept: [] });
    await api.database.keptSince.deleteMany();
  });
});

describe('a moment that cannot be answered for', () => {
  const paths = (query: string) => [
    `/api/v1/images/${fleet.digest('shop')}/findings?${query}`,
    `/api/v1/vulnerabilities/${id}?${query}`,
    `/api/v1/vulnerabilities/${id}/images?${query}`,
  ];
  const answers = (query: string) =>
    Promise.all(
      paths(query).map(async (path) => {
        const answer = await api.get(path);
        return [answer.status, z.object({ code: z.string() }).parse(answer.json()).code];
      }),
    );

  it('is none at all, is yet to come, or is older than what is kept', async () => {
    const all = (status: number, code: string) => [1, 2, 3].map(() => [status, code]);
    expect(await answers('at=yesterday')).toEqual(all(400, 'request-invalid'));
    expect(await answers('at=2999-01-01T00:00:00Z')).toEqual(all(400, 'moment-in-future'));
    const since = moments.get('changed') ?? '';
    await api.database.keptSince.create({ data: { subject: 'history', since: new Date(since) } });
    expect(await answers(at('told'))).toEqual(all(410, 'moment-not-kept'));
    expect((await findingsAt(`at=${since}`)).length).toBe(1);
  });
});
