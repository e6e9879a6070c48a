import { bookworm, buildImage, buildLayer, dpkg } from '@tidewaiter/testing';
import { CatalogueSite } from './testing/catalogue-site';

let site: CatalogueSite;
beforeAll(async () => {
  site = await CatalogueSite.open('oci');
}, 60_000);
beforeEach(() => site.empty());
afterAll(() => site.close());

function image(version: number) {
  return buildImage({ layers: [buildLayer([bookworm, dpkg(`zlib=1.${String(version)}-1`)])] });
}

async function inScope(): Promise<readonly (string | null)[]> {
  const { items } = await site.coverage.listEntries({ limit: 100, state: 'unscanned' });
  const { items: queued } = await site.coverage.listEntries({ limit: 100, state: 'queued' });
  return [...items, ...queued].map(({ tag }) => tag).sort();
}

describe('the newest tags of a registry that does not tell when they were pushed', () => {
  it('are by number those that the first walk saw, and then those that came later', async () => {
    for (const build of [9, 10, 11, 1]) await site.registry.push('team/api', image(build), `build-${String(build)}`);
    const scope = [{ rule: 'last-two', action: 'exclude', beyondNewest: 2 }];
    await site.database.registry.updateMany({ data: { scope } });
    await site.reconcile();
    expect(await inScope()).toEqual(['build-10', 'build-11']);
    await site.registry.push('team/api', image(2), 'build-2');
    await site.reconcile();
    expect(await inScope()).toContain('build-2');
    expect((await site.coverage.listEntries({ limit: 100, state: 'excluded' })).items).toHaveLength(3);
  });
});

describe('a rule about platforms', () => {
  it('is for a Windows image as well, whose platform only its config tells', async () => {
    const layers = [buildLayer([bookworm, dpkg('zlib=1-1')])];
    const windows = buildImage({ layers, platform: { os: 'windows', architecture: 'amd64' } });
    await site.registry.push('team/api', windows, 'win');
    await site.reconcile();
    await site.scanAll();
    const only = async () => (await site.coverage.listEntries({ limit: 10 })).items;
    const unsupported = { state: 'unsupported', platform: 'windows/amd64', reason: { code: 'platform-windows' } };
    expect(await only()).toMatchObject([unsupported]);
    const scope = [{ rule: 'no-windows', action: 'exclude', platforms: ['windows/*'] }];
    await site.database.registry.updateMany({ data: { scope } });
    await site.reconcile();
    expect(await only()).toMatchObject([{ state: 'excluded', excludedBy: 'no-windows' }]);
  });
});
