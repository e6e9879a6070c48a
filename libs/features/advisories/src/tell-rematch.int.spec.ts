import { standingMatches } from '@tidewaiter/features/matches';
import { AdvisorySite, medium } from './testing/advisory-site';

let site: AdvisorySite;
let sourceId: string;

beforeEach(async () => {
  site = await AdvisorySite.open();
  sourceId = await site.addSource('npm', [
    { id: 'GHSA-minimist', aliases: ['CVE-2021-2000'], affects: { minimist: '1.2.6' } },
  ]);
  await site.bring(sourceId);
});
afterEach(() => site.close());

const lodash = { id: 'GHSA-lodash', aliases: ['CVE-2021-1000'], affects: { lodash: '4.17.21' } };

async function messages() {
  const rows = await site.database.notification.findMany({ orderBy: { createdAt: 'asc' } });
  return rows.map((row) => ({ subject: row.subject, payload: row.payload }));
}

describe('a run that concerns images here', () => {
  it('is told once, with what changed and where', async () => {
    const ids = await site.addPackages('lodash@4.17.20', 'lodash@4.17.19');
    await site.addImage('a', ids);
    await site.write('npm', lodash);
    await site.bring(sourceId);
    await site.rematch.drain();
    expect(await site.tellRematch.tellFinished()).toBe(0);
    expect(await messages()).toMatchObject([
      {
        subject: `rematch ${sourceId} run 2`,
        payload: {
          kind: 'rematch',
          omitted: 0,
          vulnerabilities: [
            {
              vulnerability: 'CVE-2021-1000',
              change: 'opened',
              severity: 'critical',
              score: 9.8,
              packageCount: 2,
              packages: [
                { name: 'lodash', version: '4.17.19', fixedIn: '4.17.21' },
                { name: 'lodash', version: '4.17.20', fixedIn: '4.17.21' },
              ],
              imageCount: 1,
            },
          ],
        },
      },
    ]);
  });

  it('is told with the score of the severity, and not with what somebody says of another package', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', { ...lodash, vector: '' });
    await site.write('npm', { id: 'GHSA-of-another', aliases: lodash.aliases, affects: { other: '1.0.0' } });
    await site.bring(sourceId);
    const [message] = await messages();
    expect(message?.payload).toMatchObject({
      vulnerabilities: [{ vulnerability: 'CVE-2021-1000', severity: 'unknown' }],
    });
    expect(JSON.stringify(message?.payload)).not.toContain('"score"');
  });

  it('is not told of a vulnerability that has another id now', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', { ...lodash, aliases: [] });
    await site.bring(sourceId);
    expect(await messages()).toHaveLength(1);
    const before = await site.database.match.findFirstOrThrow();
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await site.openMatches()).toEqual(['CVE-2021-1000 lodash critical -> 4.17.21']);
    expect(await messages()).toHaveLength(1);
    // It is as old as it was, and stood under its other name until now.
    const [closed, now] = await site.database.match.findMany({ orderBy: { id: 'asc' } });
    expect(now).toMatchObject({ openedAt: before.openedAt, standsFrom: closed?.closedAt, closedAt: null });
    const { condition } = standingMatches(new Date((now?.standsFrom ?? new Date()).getTime() - 1));
    const stood = await site.database.$queryRaw<{ id: bigint }[]>`SELECT m.id FROM match m WHERE ${condition}`;
    expect(stood).toEqual([{ id: closed?.id }]);
  });

  it('is told of a fix that was taken back', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', lodash);
    await site.bring(sourceId);
    await site.write('npm', { ...lodash, affects: { lodash: null } });
    await site.bring(sourceId);
    const [, message] = await messages();
    expect(message?.payload).toMatchObject({
      vulnerabilities: [{ vulnerability: 'CVE-2021-1000', change: 'fix-withdrawn', imageCount: 1 }],
    });
  });

  it('is told although the next run came before the telling', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', lodash);
    await site.refreshSource.refresh(sourceId);
    await site.rematch.drain();
    await site.write('npm', { ...lodash, id: 'GHSA-other', aliases: ['CVE-2021-3000'] });
    await site.refreshSource.refresh(sourceId);
    await site.rematch.drain();
    expect(await site.tellRematch.tellFinished()).toBe(2);
  });

  it('is not told before it is judged completely', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', lodash);
    await site.refreshSource.refresh(sourceId);
    await site.rematch.drain();
    await site.database.dirtyKey.create({
      data: { ecosystem: 'npm', name: 'lodash', vulnerabilityId: 1, cause: { kind: 'feed', source: sourceId, run: 2 } },
    });
    expect(await site.tellRematch.tellFinished()).toBe(0);
    await site.database.dirtyKey.deleteMany();
    expect(await site.tellRematch.tellFinished()).toBe(1);
  });

  it('is told when the run failed after it had changed something', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await site.write('npm', lodash);
    await site.refreshSource.refresh(sourceId);
    await site.database.feedState.update({ where: { id: sourceId }, data: { run: 1, source: '/nowhere' } });
    await site.rematch.drain();
    expect(await site.openMatches()).toEqual([]);
    await expect(site.refreshSource.refresh(sourceId)).rejects.toThrow();
    await site.rematch.drain();
    expect(await site.tellRematch.tellFinished()).toBe(1);
  });

  it('lists a hundred and counts the rest', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    for (let n = 0; n < 130; n += 1)
      await site.write('npm', { id: `GHSA-${String(n)}`, affects: { lodash: '4.17.21', absent: null } });
    await site.bring(sourceId);
    const [message] = await messages();
    expect(message?.payload).toMatchObject({ omitted: 30 });
  });
});

async function addRepository() {
  const { database } = site;
  const registry = await database.registry.create({ data: { name: 'test', kind: 'acr', url: 'http://test.test' } });
  return database.repository.create({ data: { registryId: registry.id, name: 'shop/web' } });
}

describe('an image that rules leave out under all of its names', () => {
  /** Tags, and a digest without one, with the rule that leaves each out, as a walk writes them. */
  type Names = Readonly<Record<string, string | null>>;
  const names: readonly Names[] = [
    { '1.0': null, 'pr-1': 'no-pull-requests' },
    { 'pr-2': 'no-pull-requests', 'build-1': 'last-ten' },
    { 'sha256:old': 'old' },
    { 'sha256:new': null },
  ];

  async function push(repositoryId: number, [imageId, tags]: readonly [number, Names]): Promise<void> {
    const rules = Object.values(tags);
    const excludedBy = rules.includes(null) ? null : (rules[0] ?? null);
    const [untagged = `sha256:${String(imageId)}`] = Object.keys(tags).filter((name) => name.includes(':'));
    const manifest = { repositoryId, digest: untagged, excludedBy, images: { create: { imageId } } };
    const { id: manifestId } = await site.database.manifest.create({ data: manifest });
    const tagged = Object.entries(tags).filter(([name]) => !name.includes(':'));
    await site.database.tag.createMany({
      data: tagged.map(([name, rule]) => ({ repositoryId, name, manifestId, excludedBy: rule })),
    });
  }

  it('is not named, nor is another by what rules leave out; what concerns it alone is not told', async () => {
    const versions = await site.addPackages(...names.map((_, n) => `lodash@4.17.${String(n)}`));
    const { id } = await addRepository();
    for (const [n, tags] of names.entries()) await push(id, [await site.addImage(String(n), [versions[n] ?? 0]), tags]);
    await site.write('npm', lodash);
    await site.bring(sourceId);
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    const packages = [{ version: '4.17.0' }, { version: '4.17.3' }];
    const images = ['shop/web:1.0', 'shop/web@sha256:new'];
    expect(message?.payload).toMatchObject({ vulnerabilities: [{ packages, packageCount: 2, images, imageCount: 2 }] });
    // What is found in the others is there for whoever asks.
    expect(await site.openMatches()).toHaveLength(4);

    await site.database.tag.updateMany({ data: { excludedBy: 'none' } });
    await site.database.manifest.updateMany({ data: { excludedBy: 'none' } });
    await site.write('npm', { ...lodash, id: 'GHSA-other', aliases: ['CVE-2021-3000'] });
    await site.bring(sourceId);
    expect(await messages()).toHaveLength(1);
  });

  it('is not told of, nor named, when its registry is watched no longer', async () => {
    const [packageId = 0, other = 0] = await site.addPackages('lodash@4.17.20', 'lodash@4.17.19');
    const { id, registryId } = await addRepository();
    await push(id, [await site.addImage('a', [packageId]), { 'sha256:away': null }]);
    await site.database.registry.update({ where: { id: registryId }, data: { removedAt: new Date() } });
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await messages()).toEqual([]);
    const shown = await site.addImage('b', [packageId, other]);
    const watched = await site.database.registry.create({ data: { name: 'b', kind: 'acr', url: 'http://b.test' } });
    const place = await site.database.repository.create({ data: { registryId: watched.id, name: 'shop/api' } });
    await push(place.id, [shown, { '1.0': null }]);
    await push(id, [shown, { '2.0': null }]);
    await site.write('npm', { ...lodash, affects: { lodash: null } });
    await site.bring(sourceId);
    expect((await messages()).map(({ payload }) => payload)).toMatchObject([
      { vulnerabilities: [{ change: 'fix-withdrawn', packageCount: 2, images: ['shop/api:1.0'], imageCount: 1 }] },
    ]);
  });

  it('is not told of when it was deleted', async () => {
    const [packageId = 0] = await site.addPackages('lodash@4.17.20');
    const { id } = await addRepository();
    await push(id, [await site.addImage('a', [packageId]), { 'sha256:gone': null }]);
    await site.database.manifest.updateMany({ data: { deletedAt: new Date() } });
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await messages()).toEqual([]);
  });
});

describe('an image whose platform a rule leaves out', () => {
  it('is not named, and what concerns it alone is not told', async () => {
    const [both = 0, alone = 0] = await site.addPackages('lodash@4.17.20', 'lodash@4.17.19');
    const [shown, excluded] = [await site.addImage('a', [both]), await site.addImage('b', [both, alone])];
    const { database } = site;
    const repository = await addRepository();
    const manifest = await database.manifest.create({ data: { repositoryId: repository.id, digest: 'sha256:index' } });
    const older = await database.manifest.create({
      data: { repositoryId: repository.id, digest: 'sha256:older', deletedAt: new Date() },
    });
    await database.manifestImage.createMany({
      data: [
        { manifestId: manifest.id, imageId: shown },
        { manifestId: manifest.id, imageId: excluded, excludedBy: 'no-windows' },
        { manifestId: older.id, imageId: excluded },
      ],
    });
    await site.write('npm', lodash);
    await site.bring(sourceId);
    const [message, ...others] = await messages();
    expect(others).toEqual([]);
    expect(message?.payload).toMatchObject({
      vulnerabilities: [
        { packages: [{ version: '4.17.20' }], packageCount: 1, images: ['shop/web@sha256:index'], imageCount: 1 },
      ],
    });
  });
});

describe('a run that concerns no image', () => {
  it('is not told', async () => {
    await site.addPackages('lodash@4.17.20');
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await site.openMatches()).toHaveLength(1);
    expect(await messages()).toEqual([]);
  });

  it('is not told of later, when an image has what it changed: that image tells of it itself', async () => {
    const ids = await site.addPackages('lodash@4.17.20');
    await site.write('npm', lodash);
    await site.bring(sourceId);
    await site.addImage('a', ids);
    expect(await site.tellRematch.tellFinished()).toBe(0);
    await site.write('npm', { ...lodash, affects: { lodash: null } });
    await site.bring(sourceId);
    expect(await messages()).toMatchObject([{ payload: { vulnerabilities: [{ change: 'fix-withdrawn' }] } }]);
  });
});

function statement(names: readonly string[], product = 'pkg:npm/lodash'): string {
  return JSON.stringify({
    ...{ '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://acme.example/vex', author: 'Acme' },
    timestamp: '2026-01-01T00:00:00Z',
    statements: [...names, 'CVE-2021-9999'].map((name) => ({
      ...{ vulnerability: { name }, status: 'fixed', products: [product] },
    })),
  });
}

describe('what somebody vouches for', () => {
  const vouch = (names: readonly string[], product?: string) =>
    site.enrich('vex', 'vex.json', statement(names, product));

  it('in all images of a run is told of once when nobody does any more', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await vouch(['CVE-2021-1000']);
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await messages()).toEqual([]);
    await vouch([]);
    expect(await messages()).toMatchObject([{ payload: { vulnerabilities: [{ change: 'suppression-withdrawn' }] } }]);
  });

  it('is not among the packages of a message, though it is in another package', async () => {
    const [silent = 0, told = 0] = await site.addPackages('lodash@4.17.19', 'lodash@4.17.20');
    await site.addImage('a', [silent]);
    await site.addImage('b', [told]);
    await vouch(['CVE-2021-1000'], 'pkg:npm/lodash@4.17.19');
    await site.write('npm', lodash);
    await site.bring(sourceId);
    expect(await messages()).toMatchObject([
      { payload: { vulnerabilities: [{ packages: [{ version: '4.17.20' }], packageCount: 1, imageCount: 1 }] } },
    ]);
  });

  it('is not told of when it is closed: nobody had heard of it', async () => {
    await site.addImage('a', await site.addPackages('lodash@4.17.20'));
    await vouch(['CVE-2021-1000']);
    await site.write('npm', lodash);
    await site.bring(sourceId);
    await site.write('npm', { ...lodash, affects: { lodash: '4.0.0' } });
    await site.bring(sourceId);
    expect(await site.openMatches()).toEqual([]);
    expect(await messages()).toEqual([]);
  });
});

describe('what was known before', () => {
  it('is told where it was the same in all packages', async () => {
    const [first = 0, second = 0] = await site.addPackages('lodash@4.17.20', 'minimist@1.2.5');
    await site.addImage('a', [first, second]);
    await site.write('npm', { ...lodash, vector: medium });
    await site.write('npm', { ...lodash, id: 'GHSA-minimist', affects: { minimist: '1.2.6' }, vector: '' });
    await site.bring(sourceId);
    for (const record of [lodash, { ...lodash, id: 'GHSA-minimist', affects: { minimist: '1.2.6' } }])
      await site.write('npm', record);
    await site.bring(sourceId);
    const last = (await messages()).at(-1);
    expect(last?.payload).toMatchObject({ vulnerabilities: [{ change: 'severity-changed', packageCount: 2 }] });
    expect(JSON.stringify(last?.payload)).not.toContain('previousSeverity');
  });
});
