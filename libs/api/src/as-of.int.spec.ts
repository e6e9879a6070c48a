import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedSources, RefreshSource, Rematch } from '@tidewaiter/features/advisories';
import { JudgePackages } from '@tidewaiter/features/matches';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const id = 'CVE-2026-1';
const medium = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N';
const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const Findings = z.object({ items: z.array(z.looseObject({ summary: z.string().optional() })) });
const Known = z.looseObject({ advisories: z.array(z.looseObject({})), affected: z.array(z.looseObject({})) });

let api: StartedApi;
let fleet: Fleet;
let directory: string;
let refresh: () => Promise<void>;
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
  const lodash = await fleet.addPackage('npm/lodash@4.17.20');
  await api.database.packageKey.create({ data: { ecosystem: 'npm', name: 'lodash', packageId: lodash } });
  await fleet.addImage({ name: 'shop', repository: 'app/shop', layers: [['npm/lodash@4.17.20', 'npm/chalk@1.0.0']] });
  await live();
}, 60_000);
afterAll(async () => {
  await api.stop();
  await rm(directory, { recursive: true });
});

interface Said {
  readonly fixed: string;
  readonly vector?: string;
  readonly summary?: string;
  readonly modified?: string;
}

async function write(name: string, { fixed, vector = medium, summary, modified = '2026-01-01T00:00:00Z' }: Said) {
  const affected = [
    {
      package: { ecosystem: 'npm', name: name === 'GHSA-1' ? 'lodash' : 'other' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ];
  const aliases = name === 'GHSA-1' ? [id] : [];
  const record = { id: name, modified, aliases, summary, affected, severity: [{ type: 'CVSS_V3', score: vector }] };
  await writeFile(join(directory, 'npm', `${name}.json`), JSON.stringify(record));
}

async function moment(name: string): Promise<void> {
  const [row] = await api.database.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  moments.set(name, row?.now.toISOString() ?? '');
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
      await rm(join(directory, 'npm', 'GHSA-1.json'));
      await refresh();
      await moment('taken back');
    }
    await write('GHSA-1', { ...said, vector: severity === 'critical' ? critical : medium });
    await refresh();
    await moment(name);
  }
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
    expect(finding).toMatchObject({ ...seen, fixedIn: fixed, advisory: { id: 'GHSA-1' }, revision: { modified } });
    expect(more).toEqual([]);
  });

  it('is none before its record was told and while it was taken back', async () => {
    expect(await findingsAt(at('nobody knows'))).toEqual([]);
    expect(await findingsAt(at('taken back'))).toEqual([]);
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
          ...{ id: 'GHSA-1', summary },
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

  it('is in the images it was in', async () => {
    const imagesAt = async (name: string) =>
      z
        .object({ items: z.array(z.looseObject({})) })
        .parse(await json(`/api/v1/vulnerabilities/${id}/images?${at(name)}`));
    expect((await imagesAt('told')).items).toMatchObject([{ packages: [{ fixedIn: '4.17.21', severity: 'medium' }] }]);
    expect((await imagesAt('changed')).items).toMatchObject([{ packages: [{ fixedIn: '4.17.22' }] }]);
    expect((await imagesAt('taken back')).items).toEqual([]);
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
