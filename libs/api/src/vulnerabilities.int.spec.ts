import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Items = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });

let api: StartedApi;
let fleet: Fleet;

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  await fleet.addVulnerability('CVE-2026-10', {
    severity: 'critical',
    score: 9.8,
    published: '2026-01-01T00:00:00Z',
    aliases: ['GHSA-bbbb'],
    summary: 'Heap overflow in libssl',
    advisories: ['DSA-5000-1', 'GHSA-bbbb'],
  });
  const second = await fleet.addVulnerability('CVE-2026-11', { severity: 'low', published: '2026-05-01T00:00:00Z' });
  await fleet.addAdvisory('DSA-5000-1', second);
  await fleet.addVulnerability('CVE-2026-12', { severity: 'critical' });
  await fleet.addVulnerability('CVE-2026-13', { severity: 'medium' });
  await fleet.addMatch({ package: 'libssl@3.0', vulnerability: 'CVE-2026-10', fixedIn: '3.1' });
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-10', state: 'undetermined' });
  await fleet.addMatch({ package: 'bash@5', vulnerability: 'CVE-2026-11' });
  await fleet.addMatch({ package: 'bash@5', vulnerability: 'CVE-2026-13', closed: true });
  for (const [name, packages] of [
    ['one', ['libssl@3.0', 'openssl@3.0', 'bash@5']],
    ['two', ['bash@5']],
    ['three', ['bash@5', 'zlib@1']],
    ['gone', ['bash@5', 'libssl@3.0']],
  ] as const) {
    await fleet.addImage({ name, repository: `app/${name}`, tags: ['v1'], layers: [['zlib@1'], [...packages]] });
  }
  await api.database.manifest.updateMany({ where: { digest: fleet.digest('gone') }, data: { deletedAt: new Date() } });
}, 60_000);
afterAll(() => api.stop());

async function list(path: string) {
  const answer = await api.get(path);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return Items.parse(answer.json()).items;
}

async function ids(query = ''): Promise<unknown[]> {
  return (await list(`/api/v1/vulnerabilities${query}`)).map((item) => item['id']);
}

describe('the list of vulnerabilities', () => {
  it('has those that are open here, worst first, with packages and present images counted', async () => {
    expect(await list('/api/v1/vulnerabilities')).toEqual([
      {
        id: 'CVE-2026-10',
        aliases: ['GHSA-bbbb'],
        summary: 'Heap overflow in libssl',
        severity: 'critical',
        score: 9.8,
        published: '2026-01-01T00:00:00Z',
        epss: null,
        exploitedSince: null,
        ransomware: false,
        packages: 2,
        images: 1,
      },
      expect.objectContaining({ id: 'CVE-2026-11', packages: 1, images: 3 }),
    ]);
  });

  it('has all of them when asked', async () => {
    expect(await ids('?all=true')).toEqual(['CVE-2026-12', 'CVE-2026-10', 'CVE-2026-13', 'CVE-2026-11']);
  });

  it('sorts by images and by publication', async () => {
    expect(await ids('?sort=images')).toEqual(['CVE-2026-11', 'CVE-2026-10']);
    expect(await ids('?sort=published')).toEqual(['CVE-2026-11', 'CVE-2026-10']);
    expect(await ids('?sort=images&all=true')).toEqual(['CVE-2026-11', 'CVE-2026-10', 'CVE-2026-13', 'CVE-2026-12']);
  });

  it('filters by severity and by text in id, alias and summary', async () => {
    expect(await ids('?severity=low')).toEqual(['CVE-2026-11']);
    expect(await ids('?severity=low&sort=images')).toEqual(['CVE-2026-11']);
    expect(await ids('?q=2026-10')).toEqual(['CVE-2026-10']);
    expect(await ids('?q=ghsa-BB')).toEqual(['CVE-2026-10']);
    expect(await ids('?q=heap')).toEqual(['CVE-2026-10']);
    expect(await ids('?q=2026-13')).toEqual([]);
  });
});

describe('one vulnerability', () => {
  it('has its records and what it affects', async () => {
    const answer = await api.get('/api/v1/vulnerabilities/CVE-2026-10');
    expect(answer.json()).toMatchObject({
      id: 'CVE-2026-10',
      advisories: [
        { feed: 'osv', id: 'DSA-5000-1' },
        { feed: 'osv', id: 'GHSA-bbbb' },
      ],
      affected: [
        { name: 'libssl', version: '3.0', verdict: 'affected', fixedIn: '3.1', severity: 'critical' },
        { name: 'openssl', verdict: 'undetermined', reason: 'version-unreadable' },
      ],
    });
  });

  it('answers to its aliases under its canonical id', async () => {
    const byAlias = await api.get('/api/v1/vulnerabilities/GHSA-bbbb');
    expect(byAlias.body).toBe((await api.get('/api/v1/vulnerabilities/CVE-2026-10')).body);
  });

  it('answers to the id that it had, of which nothing is said any more', async () => {
    await fleet.addVulnerability('GHSA-before', { aliases: ['PYSEC-2026-1'], advisories: [] });
    const aliases = ['GHSA-before', 'PYSEC-2026-1'];
    await fleet.addVulnerability('CVE-2026-14', { aliases, advisories: aliases });
    for (const id of ['CVE-2026-14', ...aliases]) {
      const answer = await api.get(`/api/v1/vulnerabilities/${id}`);
      expect(answer.json()).toMatchObject({
        id: 'CVE-2026-14',
        advisories: [{ id: 'GHSA-before' }, { id: 'PYSEC-2026-1' }],
      });
    }
  });

  it('is asked for again when the id is of a record about several', async () => {
    const answer = await api.get('/api/v1/vulnerabilities/DSA-5000-1');
    expect(answer.status).toBe(409);
    expect(answer.json()).toMatchObject({ code: 'vulnerability-ambiguous' });
    expect(answer.body).toContain('CVE-2026-10, CVE-2026-11');
  });

  it('is a 404 problem when nobody speaks of it', async () => {
    for (const path of ['/api/v1/vulnerabilities/CVE-1', '/api/v1/vulnerabilities/CVE-1/images']) {
      const answer = await api.get(path);
      expect(answer.status).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'vulnerability-not-found' });
    }
  });

  it('lists the images it is found in, with the packages that bring it', async () => {
    const items = await list('/api/v1/vulnerabilities/GHSA-bbbb/images');
    expect(items).toEqual([
      {
        image: expect.objectContaining({
          digest: fleet.digest('one'),
          where: [{ registry: 'main', repository: 'app/one', tags: ['v1'], tagCount: 1, attachmentsAskedAt: null }],
        }),
        packages: [
          {
            ecosystem: 'Debian:12',
            name: 'libssl',
            version: '3.0',
            purl: 'pkg:generic/libssl@3.0',
            layer: 1,
            verdict: 'affected',
            severity: 'critical',
            fixedIn: '3.1',
          },
          expect.objectContaining({ name: 'openssl', verdict: 'undetermined', layer: 1 }),
        ],
      },
    ]);
    expect(await list('/api/v1/vulnerabilities/CVE-2026-11/images')).toHaveLength(3);
    expect(await list('/api/v1/vulnerabilities/CVE-2026-13/images')).toEqual([]);
  });
});
