import { z } from 'zod';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

const Items = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() });

let api: StartedApi;
let fleet: Fleet;

beforeAll(async () => {
  api = await startApi();
  fleet = new Fleet(api.database);
  await fleet.addVulnerability('CVE-2026-1', { severity: 'critical', aliases: ['GHSA-aaaa', 'DSA-1'] });
  await fleet.addVulnerability('CVE-2026-2', { severity: 'low' });
  await fleet.addVulnerability('CVE-2026-3', { severity: 'high' });
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-1', fixedIn: '3.1', score: 9.8 });
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-2' });
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-3', closed: true });
  await fleet.addMatch({ package: 'npm/lodash@4.17.0', vulnerability: 'CVE-2026-3', state: 'undetermined' });
  await fleet.addPackage('new@1', { judged: false });
  await fleet.addImage({
    name: 'web',
    repository: 'shop/web',
    tags: ['v1', 'latest'],
    layers: [['openssl@3.0', 'zlib@1.2', 'npm/lodash@4.17.0'], [], ['npm/lodash@4.17.0', 'new@1']],
    scannedAt: new Date('2026-03-03T00:00:00Z'),
  });
  await fleet.addImage({
    name: 'worker',
    repository: 'shop/worker_1',
    tags: ['v7'],
    layers: [['zlib@1.2']],
    state: 'partial',
    scannedAt: new Date('2026-03-04T00:00:00Z'),
  });
  await fleet.addImage({
    registry: 'other',
    name: 'fresh',
    repository: 'fresh',
    layers: [['openssl@3.0']],
    summary: 'none',
    scannedAt: new Date('2026-03-01T00:00:00Z'),
  });
  for (const platform of ['linux/amd64', 'linux/arm64']) {
    await fleet.addImage({
      name: `multi ${platform}`,
      repository: 'multi',
      tags: ['v1'],
      index: 'multi index',
      platform,
      scannedAt: new Date('2026-02-01T00:00:00Z'),
    });
  }
}, 60_000);
afterAll(() => api.stop());

async function list(path: string): Promise<z.infer<typeof Items>> {
  const answer = await api.get(path);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return Items.parse(answer.json());
}

async function digests(path: string): Promise<unknown[]> {
  return (await list(path)).items.map((item) => item['digest']);
}

describe('the list of images', () => {
  it('says where each is, what was found and when it was scanned, last scanned first', async () => {
    const { items, next } = await list('/api/v1/images');
    expect(next).toBeNull();
    expect(items.map((item) => item['digest'])).toEqual([
      fleet.digest('worker'),
      fleet.digest('web'),
      fleet.digest('fresh'),
      fleet.digest('multi linux/arm64'),
      fleet.digest('multi linux/amd64'),
    ]);
    expect(items[0]).toMatchObject({ state: 'partial', complete: false });
    expect(items[1]).toEqual({
      digest: fleet.digest('web'),
      platform: 'linux/amd64',
      os: { id: 'debian', versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
      state: 'scanned',
      complete: true,
      where: [
        { registry: 'main', repository: 'shop/web', tags: ['latest', 'v1'], tagCount: 2, attachmentsAskedAt: null },
      ],
      packages: 4,
      findings: {
        critical: 1,
        high: 0,
        medium: 0,
        low: 1,
        negligible: 0,
        unknown: 0,
        undetermined: 1,
        fixable: 1,
        suppressed: 0,
      },
      scannedAt: '2026-03-03T00:00:00.000Z',
    });
  });

  it('says how long the release of an image is looked after, where somebody has said', async () => {
    const cycle = { product: 'debian', cycle: '12', label: '12', isOver: false, endsOn: '2020-01-01', identifiers: [] };
    await api.database.productCycle.create({ data: cycle });
    const { items } = await list('/api/v1/images');
    await api.database.productCycle.deleteMany();
    expect(items[1]?.['os']).toMatchObject({ id: 'debian', support: { isOver: true, endsOn: '2020-01-01' } });
  });

  it('does not call an image clean that is not counted yet', async () => {
    const { items } = await list('/api/v1/images?registry=other');
    expect(items).toEqual([expect.objectContaining({ packages: null, findings: null })]);
  });

  it('sorts by risk with the uncounted last', async () => {
    const sorted = await digests('/api/v1/images?sort=risk');
    expect(sorted[0]).toBe(fleet.digest('web'));
    expect(sorted.at(-1)).toBe(fleet.digest('fresh'));
  });

  it('counts, sorts and filters each image without what is suppressed in it, whoever is made of the same parts', async () => {
    const { database } = api;
    const layers = [['openssl@3.0', 'zlib@1.2', 'npm/lodash@4.17.0'], [], ['npm/lodash@4.17.0', 'new@1']];
    const imageId = await fleet.addImage({ name: 'twin', repository: 'shop/twin', layers });
    const [web, twin] = [fleet.digest('web'), fleet.digest('twin')];
    expect((await digests('/api/v1/images?sort=risk')).slice(0, 2)).toEqual([twin, web]);
    expect(await digests('/api/v1/images?severity=critical')).toEqual([twin, web]);
    const { id: matchId } = await database.match.findFirstOrThrow({ where: { severity: 'critical' } });
    const counts = { critical: 1, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0, undetermined: 0, fixable: 1 };
    await database.imageSuppression.create({ data: { imageId, findings: 1, matchIds: [matchId], ...counts } });
    await database.imageRank.update({ where: { imageId }, data: { critical: 0 } });
    expect((await digests('/api/v1/images?sort=risk')).slice(0, 2)).toEqual([web, twin]);
    for (const path of ['/api/v1/images?severity=critical', '/api/v1/images?severity=critical&sort=risk'])
      expect(await digests(path)).toEqual([web]);
    const { items } = await list('/api/v1/images?q=shop/');
    expect(items.map((item) => [item['digest'], item['findings']])).toEqual([
      [twin, expect.objectContaining({ critical: 0, low: 1, fixable: 0, undetermined: 1, suppressed: 1 })],
      [fleet.digest('worker'), expect.objectContaining({ critical: 0, low: 0, suppressed: 0 })],
      [web, expect.objectContaining({ critical: 1, low: 1, fixable: 1, undetermined: 1, suppressed: 0 })],
    ]);
    // Gone again, for the others here.
    await database.manifest.updateMany({ where: { digest: twin }, data: { deletedAt: new Date() } });
    expect(await digests('/api/v1/images?severity=critical')).toEqual([web]);
  });

  it('filters by registry, repository, severity and text', async () => {
    expect(await digests('/api/v1/images?repository=shop/web')).toEqual([fleet.digest('web')]);
    expect(await digests('/api/v1/images?repository=shop')).toEqual([]);
    expect(await digests('/api/v1/images?registry=main&repository=fresh')).toEqual([]);
    expect(await digests('/api/v1/images?severity=critical')).toEqual([fleet.digest('web')]);
    expect(await digests('/api/v1/images?severity=high')).toEqual([]);
    expect(await digests('/api/v1/images?q=SHOP')).toEqual([fleet.digest('worker'), fleet.digest('web')]);
    expect(await digests('/api/v1/images?q=lates')).toEqual([fleet.digest('web')]);
    expect(await digests(`/api/v1/images?q=${fleet.digest('fresh').slice(0, 20)}`)).toEqual([fleet.digest('fresh')]);
  });

  it('takes the signs of LIKE as they are', async () => {
    expect(await digests('/api/v1/images?q=worker_')).toEqual([fleet.digest('worker')]);
    expect(await digests('/api/v1/images?q=shop_w')).toEqual([]);
    expect(await digests('/api/v1/images?q=%25')).toEqual([]);
  });

  it('leaves out what no registry has any more', async () => {
    await fleet.addImage({ name: 'gone', repository: 'gone', tags: ['v1'] });
    expect(await digests('/api/v1/images?repository=gone')).toEqual([fleet.digest('gone')]);
    await api.database.manifest.updateMany({
      where: { digest: fleet.digest('gone') },
      data: { deletedAt: new Date() },
    });
    expect(await digests('/api/v1/images?repository=gone')).toEqual([]);
    const answer = await api.get(`/api/v1/images/${fleet.digest('gone')}`);
    expect(answer.json()).toMatchObject({ kind: 'image', where: [] });
  });
});

describe('one image', () => {
  it('has its layers with what each brings', async () => {
    const answer = await api.get(`/api/v1/images/${fleet.digest('web')}`);
    expect(answer.json()).toMatchObject({
      kind: 'image',
      digest: fleet.digest('web'),
      layers: [
        { index: 0, packages: 3, createdBy: 'RUN step 0', sizeBytes: 1000 },
        { index: 1, packages: 0 },
        { index: 2, packages: 2 },
      ],
      problems: [],
      reason: null,
      unjudgedPackages: 1,
    });
  });

  it('shows why it is partial', async () => {
    const answer = await api.get(`/api/v1/images/${fleet.digest('worker')}`);
    expect(answer.json()).toMatchObject({
      state: 'partial',
      complete: false,
      problems: [{ code: 'package-database-unreadable' }],
    });
  });

  it('is what an index leads to, when the digest is of an index', async () => {
    const answer = await api.get(`/api/v1/images/${fleet.digest('multi index')}`);
    expect(answer.json()).toMatchObject({
      kind: 'manifest',
      digest: fleet.digest('multi index'),
      images: [{ platform: 'linux/amd64' }, { platform: 'linux/arm64' }],
      where: [{ registry: 'main', repository: 'multi', tags: ['v1'] }],
      scan: { state: 'finished' },
    });
    const findings = await api.get(`/api/v1/images/${fleet.digest('multi index')}/findings`);
    expect(findings.status).toBe(409);
    expect(findings.json()).toMatchObject({ code: 'image-not-single' });
    expect(findings.body).toContain(fleet.digest('multi linux/arm64'));
  });

  it('is said to wait while its scan does', async () => {
    const manifestId = await fleet.addManifest('main', 'later', 'later', ['v1']);
    await fleet.addScan(manifestId, { state: 'queued' });
    const answer = await api.get(`/api/v1/images/${fleet.digest('later')}`);
    expect(answer.json()).toMatchObject({ kind: 'manifest', images: [], scan: { state: 'queued' } });
  });

  it('is a 404 problem when nobody has seen the digest', async () => {
    for (const path of ['', '/findings', '/packages']) {
      const answer = await api.get(`/api/v1/images/${fleet.digest('nobody')}${path}`);
      expect(answer.status).toBe(404);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({ code: 'image-not-found', status: 404 });
    }
  });

  it('is not sent again while it is the same', async () => {
    const path = `/api/v1/images/${fleet.digest('worker')}`;
    const tag = String((await api.get(path)).headers['etag']);
    expect(tag).toMatch(/^W\/"/);
    const same = await api.get(path, { 'if-none-match': `"x", ${tag}` });
    expect({ status: same.status, body: same.body }).toEqual({ status: 304, body: '' });
    expect(same.headers['etag']).toBe(tag);
    await api.database.image.update({ where: { digest: fleet.digest('worker') }, data: { osPrettyName: 'Changed' } });
    expect((await api.get(path, { 'if-none-match': tag })).status).toBe(200);
  });
});

describe('the findings of an image', () => {
  const path = (query: string): string => `/api/v1/images/${fleet.digest('web')}/findings${query}`;

  it('are its open matches, worst first, each once with every layer and file', async () => {
    const { items } = await list(path(''));
    expect(items).toEqual([
      {
        vulnerability: { id: 'CVE-2026-1', aliases: ['GHSA-aaaa', 'DSA-1'] },
        package: { purl: 'pkg:generic/openssl@3.0', ecosystem: 'Debian:12', name: 'openssl', version: '3.0' },
        verdict: 'affected',
        severity: 'critical',
        score: 9.8,
        fixedIn: '3.1',
        summary: 'Summary of CVE-2026-1',
        advisory: { feed: 'osv', id: 'ADV-CVE-2026-1' },
        also: [],
        layer: {
          index: 0,
          digest: fleet.digest('web layer 0'),
          diffId: fleet.digest('web diff 0'),
          createdBy: 'RUN step 0',
        },
        layers: [0],
        locations: ['files/openssl@3.0'],
        risk: 0,
        epss: null,
        exploitedSince: null,
        openedAt: '2026-02-03T04:05:06.000Z',
      },
      expect.objectContaining({ verdict: 'undetermined', reason: 'version-unreadable', layers: [0, 2] }),
      expect.objectContaining({ severity: 'low' }),
    ]);
  });

  it('are filtered by severity, verdict, fix and layer', async () => {
    const ids = async (query: string): Promise<unknown[]> =>
      (await list(path(query))).items.map((item) => z.object({ id: z.string() }).parse(item['vulnerability']).id);
    expect(await ids('?severity=low')).toEqual(['CVE-2026-2']);
    expect(await ids('?verdict=undetermined')).toEqual(['CVE-2026-3']);
    expect(await ids('?fixable=true')).toEqual(['CVE-2026-1']);
    expect(await ids('?fixable=false')).toEqual(['CVE-2026-3', 'CVE-2026-2']);
    expect(await ids('?layer=2')).toEqual(['CVE-2026-3']);
    expect(await ids('?layer=9')).toEqual([]);
    expect((await api.get(path('?fixable=maybe'))).status).toBe(400);
  });
});

describe('the packages of an image', () => {
  it('come by name, once a layer, and say whether they are judged', async () => {
    const { items } = await list(`/api/v1/images/${fleet.digest('web')}/packages`);
    expect(items.map((item) => [item['name'], z.object({ index: z.number() }).parse(item['layer']).index])).toEqual([
      ['lodash', 0],
      ['lodash', 2],
      ['new', 2],
      ['openssl', 0],
      ['zlib', 0],
    ]);
    expect(items.map((item) => item['findings'])).toEqual([1, 1, null, 2, 0]);
    expect(items[0]).toMatchObject({ ecosystem: 'npm', locations: ['files/npm/lodash@4.17.0'] });
    const some = await list(`/api/v1/images/${fleet.digest('web')}/packages?q=LO`);
    expect(some.items).toHaveLength(2);
  });
});

describe('the search for a package', () => {
  it('finds the images that hold it, by name, version and ecosystem', async () => {
    const { items } = await list('/api/v1/packages?name=openssl');
    expect(items).toEqual([
      expect.objectContaining({ image: expect.objectContaining({ digest: fleet.digest('fresh') }) }),
      {
        image: expect.objectContaining({ digest: fleet.digest('web') }),
        packages: [
          { ecosystem: 'Debian:12', name: 'openssl', version: '3.0', purl: 'pkg:generic/openssl@3.0', layer: 0 },
        ],
      },
    ]);
    const count = async (query: string): Promise<number> => (await list(`/api/v1/packages?${query}`)).items.length;
    expect(await count('name=openssl&version=3.1')).toBe(0);
    expect(await count('name=openssl&ecosystem=Debian')).toBe(2);
    expect(await count('name=openssl&ecosystem=Debian:12')).toBe(2);
    expect(await count('name=openssl&ecosystem=Debian:1')).toBe(0);
    expect((await api.get('/api/v1/packages')).status).toBe(400);
  });
});
