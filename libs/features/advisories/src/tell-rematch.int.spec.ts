import { AdvisorySite } from './testing/advisory-site';

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

describe('an image whose platform a rule leaves out', () => {
  it('is not named, and what concerns it alone is not told', async () => {
    const [both = 0, alone = 0] = await site.addPackages('lodash@4.17.20', 'lodash@4.17.19');
    const [shown, excluded] = [await site.addImage('a', [both]), await site.addImage('b', [both, alone])];
    const { database } = site;
    const registry = await database.registry.create({ data: { name: 'test', kind: 'acr', url: 'http://test.test' } });
    const repository = await database.repository.create({ data: { registryId: registry.id, name: 'shop/web' } });
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
});
