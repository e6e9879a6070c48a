import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Items = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });

let api: StartedApi;
let fleet: Fleet;

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  const packages = Array.from({ length: 23 }, (_, index) => `package-${String(index)}@1`);
  for (const [index, text] of packages.entries()) {
    const severity = (['critical', 'high', 'low'] as const)[index % 3] ?? 'low';
    await fleet.addVulnerability(`CVE-${String(index)}`, { severity });
    // Ties in everything a list may be sorted by.
    await fleet.addMatch({
      package: text,
      vulnerability: `CVE-${String(index)}`,
      risk: 40 + (index % 4) / 10,
      epss: index % 3 === 0 ? undefined : (index % 5) / 10,
      openedAt: new Date(Date.UTC(2026, 1, 1 + (index % 6))),
    });
  }
  const registryId = await fleet.addRegistry('main');
  await api.database.registryAction.createMany({
    data: Array.from({ length: 23 }, (_, index) => ({
      ...{ id: randomUUID(), registryId, repository: 'team/app', digest: fleet.digest(`image ${String(index)}`) },
      ...{ kind: index % 2 === 0 ? 'hold' : 'release', state: 'done', dryRun: index % 4 === 3 },
      ...{ requestedBy: 'rule', reason: 'why', createdAt: new Date(Date.UTC(2026, 0, 1 + (index % 5))) },
    })),
  });
  for (let index = 0; index < 23; index += 1) {
    await fleet.addImage({
      name: `image ${String(index)}`,
      repository: `team/app-${String(index % 4)}`,
      tags: [`v${String(index)}`],
      layers: [packages.slice(0, index + 1)],
      // Ties, so that the last part of the key has to decide.
      scannedAt: new Date(Date.UTC(2026, 0, 1 + (index % 5))),
    });
  }
}, 60_000);
afterAll(() => api.stop());

async function walk(path: string, between: (page: number) => Promise<void> = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 100; page += 1) {
    const separator = path.includes('?') ? '&' : '?';
    const answer = await api.get(`${path}${cursor === null ? '' : `${separator}cursor=${cursor}`}`);
    expect(answer.status).toBe(200);
    const { items, next } = Items.parse(answer.json());
    seen.push(...items.map((item) => JSON.stringify(item)));
    if (next === null) {
      expect(answer.headers['link']).toBeUndefined();
      return seen;
    }
    expect(answer.headers['link']).toBe(`<${path}${separator}cursor=${next}>; rel="next"`.replace('team/', 'team%2F'));
    cursor = next;
    await between(page);
  }
  throw new Error('the pages do not end');
}

const lists = (): readonly string[] => {
  const image = fleet.digest('image 22');
  return [
    '/api/v1/images?limit=5',
    '/api/v1/images?limit=5&sort=risk',
    '/api/v1/images?limit=2&repository=team/app-1',
    `/api/v1/images/${image}/findings?limit=5`,
    `/api/v1/images/${image}/findings?limit=5&sort=risk`,
    `/api/v1/images/${image}/findings?limit=5&sort=epss`,
    `/api/v1/images/${image}/findings?limit=5&sort=opened`,
    '/api/v1/findings?limit=5',
    '/api/v1/findings?limit=5&sort=severity',
    '/api/v1/findings?limit=5&sort=epss',
    '/api/v1/findings?limit=5&sort=opened',
    '/api/v1/findings?limit=2&sort=severity&severity=high',
    `/api/v1/images/${image}/packages?limit=5`,
    '/api/v1/packages?limit=5&name=package-0',
    '/api/v1/vulnerabilities?limit=5',
    '/api/v1/vulnerabilities?limit=5&sort=epss',
    '/api/v1/vulnerabilities?limit=5&sort=images',
    '/api/v1/vulnerabilities?limit=5&sort=published',
    '/api/v1/vulnerabilities/CVE-0/images?limit=5',
    '/api/v1/coverage/entries?limit=5',
    '/api/v1/scans?limit=5',
    '/api/v1/actions?limit=5',
    '/api/v1/actions?limit=2&kind=hold&dryRun=false',
  ];
};

describe('pages', () => {
  it('give each item of every list once, in the order of one long page', async () => {
    for (const path of lists()) {
      const whole = await walk(path.replace(/limit=\d+/, 'limit=200'));
      const paged = await walk(path);
      expect({ path, count: new Set(paged).size }).toEqual({ path, count: paged.length });
      expect({ path, paged }).toEqual({ path, paged: whole });
      expect(whole.length).toBeGreaterThanOrEqual(5);
    }
  }, 60_000);

  it('neither repeat nor hide an item while others come and go', async () => {
    const before = await walk('/api/v1/images?limit=200');
    const during = await walk('/api/v1/images?limit=3', async (page) => {
      await fleet.addImage({
        name: `late ${String(page)}`,
        repository: 'late',
        scannedAt: new Date(Date.UTC(2026, 0, page % 2 === 0 ? 30 : 3, 12)),
      });
    });
    expect(new Set(during).size).toBe(during.length);
    expect(during.filter((item) => !item.includes('"late"'))).toEqual(before);
  }, 60_000);
});

describe('a cursor', () => {
  async function cursorOf(path: string): Promise<string> {
    return Items.parse((await api.get(path)).json()).next ?? '';
  }

  it('of another sort, filter or list is refused', async () => {
    const cursor = await cursorOf('/api/v1/images?limit=2');
    expect(cursor).not.toBe('');
    const image = fleet.digest('image 22');
    for (const path of [
      `/api/v1/images?sort=risk&cursor=${cursor}`,
      `/api/v1/images?repository=team/app-1&cursor=${cursor}`,
      `/api/v1/scans?cursor=${cursor}`,
      `/api/v1/images/${image}/findings?cursor=${cursor}`,
    ]) {
      const answer = await api.get(path);
      expect({ path, status: answer.status }).toEqual({ path, status: 400 });
      expect(answer.json()).toMatchObject({ code: 'cursor-invalid' });
    }
  });

  it('serves any page size', async () => {
    const cursor = await cursorOf('/api/v1/images?limit=2');
    expect((await api.get(`/api/v1/images?limit=7&cursor=${cursor}`)).status).toBe(200);
  });

  it.each(['x', 'e30', '%00', Buffer.from('["",1]').toString('base64url'), 'A'.repeat(1000)])(
    'made up (%s) is refused',
    async (cursor) => {
      expect((await api.get(`/api/v1/images?cursor=${cursor}`)).status).toBe(400);
    },
  );
});
