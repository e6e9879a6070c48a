import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Items = z.looseObject({
  items: z.array(z.looseObject({ vulnerability: z.object({ id: z.string() }) })),
  next: z.string().nullable(),
});

let api: StartedApi;
let fleet: Fleet;

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  await fleet.addVulnerability('CVE-2026-1', { severity: 'critical', epss: 0.02 });
  await fleet.addVulnerability('CVE-2026-2', { severity: 'low', epss: 0.6, exploitedSince: '2026-03-01' });
  await fleet.addVulnerability('CVE-2026-3', { severity: 'high' });
  const opened = (day: number) => new Date(Date.UTC(2026, 2, day));
  await fleet.addMatch({
    package: 'openssl@3.0',
    vulnerability: 'CVE-2026-1',
    risk: 54,
    epss: 0.02,
    fixedIn: '3.1',
    openedAt: opened(1),
  });
  await fleet.addMatch({ package: 'bash@5', vulnerability: 'CVE-2026-2', risk: 86.5, epss: 0.6, openedAt: opened(10) });
  await fleet.addMatch({ package: 'zlib@1', vulnerability: 'CVE-2026-3', risk: 40, openedAt: opened(5) });
  await fleet.addMatch({
    package: 'zlib@1',
    vulnerability: 'CVE-2026-1',
    risk: 99,
    openedAt: opened(2),
    closed: true,
    closedAt: opened(8),
  });
  await api.database.match.updateMany({ where: { risk: 86.5 }, data: { exploited: true } });
  await fleet.addImage({ name: 'one', repository: 'app/one', layers: [['openssl@3.0', 'bash@5', 'zlib@1']] });
  await api.database.image.updateMany({ data: { firstSeenAt: opened(1) } });
  await api.database.manifest.updateMany({ data: { firstSeenAt: opened(1) } });
}, 60_000);
afterAll(() => api.stop());

async function ids(path: string): Promise<readonly string[]> {
  const answer = await api.get(path);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return Items.parse(answer.json()).items.map((item) => item.vulnerability.id.slice(-1));
}

describe.each(['all findings', 'the findings of an image'])('%s', (what) => {
  const path = (query: string): string =>
    `/api/v1/${what === 'all findings' ? '' : `images/${fleet.digest('one')}/`}findings?${query}`;

  it('are sorted by risk, severity, EPSS and age; what nobody scored comes last', async () => {
    expect(await ids(path('sort=risk'))).toEqual(['2', '1', '3']);
    expect(await ids(path('sort=severity'))).toEqual(['1', '3', '2']);
    expect(await ids(path('sort=epss'))).toEqual(['2', '1', '3']);
    expect(await ids(path('sort=opened'))).toEqual(['2', '3', '1']);
  });

  it('are filtered', async () => {
    expect(await ids(path('exploited=true'))).toEqual(['2']);
    expect(await ids(path('exploited=false&sort=severity'))).toEqual(['1', '3']);
    expect(await ids(path('fixable=true'))).toEqual(['1']);
    expect(await ids(path('severity=low&sort=severity'))).toEqual(['2']);
    expect(await ids(path('verdict=undetermined'))).toEqual([]);
  });

  it('say what makes them urgent', async () => {
    const { items } = Items.parse((await api.get(path('sort=risk'))).json());
    expect(items[0]).toMatchObject({ risk: 86.5, exploitedSince: '2026-03-01', severity: 'low' });
    expect(items[2]).toMatchObject({ risk: 40, epss: null, exploitedSince: null });
  });
});

describe('the past', () => {
  const at = (day: number, hour = 12): string => new Date(Date.UTC(2026, 2, day, hour)).toISOString();

  it('has the findings of an image that were open at the moment', async () => {
    const path = (day: number): string => `/api/v1/images/${fleet.digest('one')}/findings?sort=opened&at=${at(day)}`;
    expect(await ids(path(1))).toEqual(['1']);
    expect(await ids(path(3))).toEqual(['1', '1']);
    expect(await ids(path(6))).toEqual(['3', '1', '1']);
    expect(await ids(path(9))).toEqual(['3', '1']);
    expect(await ids(path(11))).toEqual(['2', '3', '1']);
  });

  it('has severity and fix as they were before they changed', async () => {
    const match = await api.database.match.findFirstOrThrow({ where: { risk: 54 } });
    const was = { matchId: match.id, advisoryId: match.advisoryId, also: [], malicious: false, headersOnly: false };
    await api.database.matchRevision.createMany({
      data: [
        { ...was, knownUntil: new Date(at(4)), severity: 'medium' },
        { ...was, knownUntil: new Date(at(7)), severity: 'critical' },
      ],
    });
    const findingOn = async (day: number) => {
      const path = `/api/v1/images/${fleet.digest('one')}/findings?sort=opened&at=${at(day, 13)}`;
      const { items } = Items.parse((await api.get(path)).json());
      return items.find((item) => JSON.stringify(item['package']).includes('openssl'));
    };
    expect(await findingOn(3)).toMatchObject({ severity: 'medium' });
    expect(await findingOn(3)).not.toHaveProperty('fixedIn');
    expect(await findingOn(5)).toMatchObject({ severity: 'critical' });
    expect(await findingOn(5)).not.toHaveProperty('fixedIn');
    expect(await findingOn(8)).toMatchObject({ severity: 'critical', fixedIn: '3.1' });
  });

  it('has the images of a vulnerability, also those that are gone now', async () => {
    const count = async (query: string): Promise<number> => {
      const answer = await api.get(`/api/v1/vulnerabilities/CVE-2026-3/images${query}`);
      return z.object({ items: z.array(z.unknown()) }).parse(answer.json()).items.length;
    };
    expect(await count('')).toBe(1);
    expect(await count(`?at=${at(4)}`)).toBe(0);
    await api.database.manifest.updateMany({ data: { deletedAt: new Date(at(20)) } });
    expect(await count('')).toBe(0);
    expect(await count(`?at=${at(6)}`)).toBe(1);
    expect(await count(`?at=${at(21)}`)).toBe(0);
  });

  it('is not made up for an image that nobody had seen', async () => {
    const answer = await api.get(`/api/v1/images/${fleet.digest('one')}/findings?at=2020-01-01T00:00:00Z`);
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'image-not-seen-yet' });
    expect((await api.get(`/api/v1/images/${fleet.digest('one')}/findings?at=yesterday`)).status).toBe(400);
  });
});

describe('an explanation', () => {
  const Explained = z.object({
    items: z.array(z.looseObject({ outcome: z.string(), conclusion: z.string(), records: z.array(z.unknown()) })),
    conclusion: z.string().optional(),
  });

  async function answerTo(query: string) {
    const answer = await api.get(`/api/v1/images/${fleet.digest('explained')}/explain?${query}`);
    expect(answer.status).toBe(200);
    return Explained.parse(answer.json());
  }

  async function explain(query: string) {
    return (await answerTo(query)).items;
  }

  beforeAll(async () => {
    await fleet.addImage({
      name: 'explained',
      repository: 'app/two',
      layers: [['npm/lodash@4.17.20', 'npm/chalk@1.0.0']],
    });
    const vulnerability = await fleet.addVulnerability('CVE-2026-9', { aliases: ['GHSA-xxxx'], advisories: [] });
    const advisoryId = await fleet.addAdvisory('GHSA-xxxx', vulnerability);
    const events = [{ introduced: '0' }, { fixed: '4.17.21' }];
    await api.database.advisoryAffected.create({
      data: {
        advisoryId,
        ecosystem: 'npm',
        name: 'lodash',
        ranges: [{ type: 'SEMVER', events }],
        versions: [],
        severities: [],
      },
    });
    const lodash = await fleet.addPackage('npm/lodash@4.17.20');
    await api.database.packageKey.create({ data: { ecosystem: 'npm', name: 'lodash', packageId: lodash } });
  });

  it('has the records looked at, the range, the comparison and the verdict, by any id', async () => {
    for (const id of ['CVE-2026-9', 'GHSA-xxxx', 'cve-2026-9', 'ghsa-XXXX']) {
      expect(await explain(`vulnerability=${id}`)).toMatchObject([
        {
          outcome: 'affected',
          vulnerability: 'CVE-2026-9',
          conclusion:
            'lodash 4.17.20 is affected: 4.17.20 is in >= 0, < 4.17.21 by the order of npm (GHSA-xxxx of osv).',
          records: [{ id: 'GHSA-xxxx', role: 'decides', ranges: 'introduced 0, fixed 4.17.21' }],
        },
      ]);
    }
  });

  it('knows a package by another spelling of its ecosystem', async () => {
    for (const name of ['lodash', 'Lodash'])
      expect(await explain(`vulnerability=CVE-2026-9&package=${name}`)).toMatchObject([{ outcome: 'affected' }]);
    expect(await explain('vulnerability=CVE-2026-9&package=lo-dash')).toEqual([]);
  });

  it.each([
    ['lodash@4.17.20', 1],
    ['Lodash@4.17.20', 1],
    ['lodash@4.17.2', 0],
    ['pkg:generic/lodash@4.17.20', 1],
    ['pkg:generic/lodash', 1],
    ['pkg:generic/lodash@4.17.2', 0],
    ['pkg:pypi/lodash', 0],
    ['pkg:', 0],
  ])('takes a package as the command line does: %s', async (asked, count) => {
    const items = await explain(`vulnerability=CVE-2026-9&package=${encodeURIComponent(asked)}`);
    expect(items.map(({ outcome }) => outcome)).toEqual(Array.from({ length: count }, () => 'affected'));
  });

  it('says who vouches for the finding', async () => {
    const statement = {
      document: 'https://acme.example/vex',
      author: 'Acme',
      timestamp: '2026-01-01T00:00:00Z',
      vulnerabilities: ['GHSA-XXXX'],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      products: [{ purl: 'pkg:generic/lodash', subcomponents: [] }],
    };
    const { id } = await api.database.vexStatement.create({ data: statement });
    const [vouched] = await explain('vulnerability=CVE-2026-9');
    expect(vouched).toMatchObject({
      outcome: 'affected',
      suppression: { status: 'not_affected', author: 'Acme' },
      conclusion: expect.stringContaining(
        '(GHSA-xxxx of osv). It is suppressed, since Acme says that it is not affected: vulnerable code not in execute path',
      ),
    });
    await api.database.vexStatement.delete({ where: { id } });
    expect((await explain('vulnerability=CVE-2026-9'))[0]).not.toHaveProperty('suppression');
  });

  it('says why there is no finding', async () => {
    expect(await explain('vulnerability=CVE-2026-9&package=chalk')).toMatchObject([
      {
        outcome: 'no-record',
        conclusion: expect.stringContaining('npm/chalk, and the advisories of npm are not there'),
      },
    ]);
  });

  it('says in a sentence that there is nothing to explain, and that alone', async () => {
    expect(await answerTo('vulnerability=CVE-1999-1')).toEqual({
      items: [],
      conclusion: 'No record about CVE-1999-1 speaks of any package here.',
    });
    expect(await answerTo('vulnerability=CVE-2026-9&package=nosuch')).toEqual({
      items: [],
      conclusion: 'There is no package nosuch here.',
    });
    expect(await answerTo('vulnerability=CVE-2026-9')).not.toHaveProperty('conclusion');
  });
});

describe('VEX statements', () => {
  it('mark the findings of the images they speak of, with who said so, and no others', async () => {
    for (const name of ['vouched', 'plain'])
      await fleet.addImage({ name, repository: `app/${name}`, layers: [['openssl@3.0', `bash@5`, `${name}@1`]] });
    const statement = {
      document: 'https://acme.example/vex',
      author: 'Acme',
      timestamp: '2026-01-01T00:00:00Z',
      vulnerabilities: ['CVE-2026-1'],
      status: 'not_affected',
      justification: 'vulnerable_code_not_present',
    };
    const purl = 'pkg:oci/vouched?repository_url=main.example/app/vouched';
    const products = [{ purl, subcomponents: ['pkg:generic/openssl'] }];
    await api.database.vexStatement.create({ data: { ...statement, products } });
    const marks = async (name: string) => {
      const { items } = Items.parse((await api.get(`/api/v1/images/${fleet.digest(name)}/findings`)).json());
      return items.map((item) => [item.vulnerability.id, item['suppression']]);
    };
    expect(await marks('plain')).toEqual([
      ['CVE-2026-1', undefined],
      ['CVE-2026-2', undefined],
    ]);
    expect(await marks('vouched')).toEqual([
      [
        'CVE-2026-1',
        expect.objectContaining({
          status: 'not_affected',
          author: 'Acme',
          justification: 'vulnerable_code_not_present',
        }),
      ],
      ['CVE-2026-2', undefined],
    ]);
    const later = { ...statement, timestamp: '2026-02-01T00:00:00Z', status: 'affected', products };
    await api.database.vexStatement.create({ data: later });
    expect((await marks('vouched'))[0]).toEqual(['CVE-2026-1', undefined]);
  });
});
