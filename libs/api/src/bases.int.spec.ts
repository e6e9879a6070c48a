import { createHash } from 'node:crypto';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

let api: StartedApi;
let fleet: Fleet;

/** Three builds on one base, one of them on another of them; a stranger with the same last layer on other ones. */
beforeAll(async () => {
  api = await startApi({ knownBases: [{ name: 'docker.io/library/debian:12', diffIds: [layer('debian')] }] });
  fleet = new Fleet(api.database);
  await fleet.addVulnerability('CVE-2026-1');
  await fleet.addVulnerability('CVE-2026-2');
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-1', severity: 'critical', fixedIn: '3.1' });
  await fleet.addMatch({ package: 'openssl@3.0', vulnerability: 'CVE-2026-2', severity: 'high' });
  await fleet.addMatch({ package: 'zlib@1.2', vulnerability: 'CVE-2026-2', severity: 'high', fixedIn: '1.3' });
  const base = [['openssl@3.0'], ['bash@5']];
  const runtime = ['debian', 'runtime'];
  await fleet.addImage({ name: 'base', repository: 'base', tags: ['12'], diffs: runtime, layers: base });
  await fleet.addImage({ name: 'web', repository: 'web', diffs: [...runtime, 'web'], layers: [...base, ['zlib@1.2']] });
  await fleet.addImage({
    name: 'web2',
    repository: 'web',
    diffs: [...runtime, 'web', 'more'],
    layers: [...base, [], []],
  });
  // It removed openssl: a rebuild of the base changes nothing for it.
  await fleet.addImage({ name: 'lean', repository: 'lean', diffs: [...runtime, 'lean'], layers: [[], ['bash@5'], []] });
  await fleet.addImage({ name: 'other', repository: 'other', diffs: ['alpine', 'runtime', 'web'], layers: base });
  await fleet.addImage({ name: 'gone', repository: 'gone', diffs: [...runtime, 'gone'], layers: base });
  await api.database.manifest.updateMany({ where: { digest: fleet.digest('gone') }, data: { deletedAt: new Date() } });
  await api.database.image.updateMany({
    where: { digest: fleet.digest('web') },
    data: { baseName: 'docker.io/library/debian:12', baseDigest: fleet.digest('elsewhere') },
  });
  await api.database.$executeRaw`
    INSERT INTO package_summary (package_id, critical, high, medium, low, negligible, unknown, undetermined, fixable)
    SELECT package_id, count(*) FILTER (WHERE severity = 'critical'), count(*) FILTER (WHERE severity = 'high'), 0, 0, 0, 0, 0,
           count(fixed_in) FROM match GROUP BY package_id`;
}, 60_000);
afterAll(() => api.stop());

function layer(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}

async function ask(image: string, what: 'bases' | 'dependents'): Promise<unknown> {
  const answer = await api.get(`/api/v1/images/${fleet.digest(image)}/${what}`);
  expect({ status: answer.status, body: answer.status === 200 ? '' : answer.body }).toEqual({ status: 200, body: '' });
  return answer.json();
}

const named = (...names: readonly string[]): readonly unknown[] =>
  names.map((name): unknown => expect.objectContaining({ digest: fleet.digest(name) }));

describe('the bases of an image', () => {
  it('are the images whose layers it begins with, the nearest first, with what it says itself', async () => {
    expect(await ask('web2', 'bases')).toMatchObject({
      layers: 4,
      items: [
        { digest: fleet.digest('web'), layers: 3 },
        { digest: fleet.digest('base'), layers: 2 },
      ],
      stated: null,
    });
    expect(await ask('web', 'bases')).toMatchObject({
      items: named('base'),
      stated: { name: 'docker.io/library/debian:12', digest: fleet.digest('elsewhere') },
    });
  });

  it('are named where their layers are known, whether a registry has them or not', async () => {
    const known = [{ name: 'docker.io/library/debian:12', layers: 1 }];
    expect(await ask('base', 'bases')).toMatchObject({ known, items: [] });
    expect(await ask('other', 'bases')).toMatchObject({ known: [], items: [] });
  });
});

describe('what is built on an image', () => {
  it('begins with all of its layers, and tells what a rebuild takes away', async () => {
    expect(await ask('base', 'dependents')).toEqual({
      next: null,
      // web and web2 hold openssl from the base; what the base does not bring does not count.
      rebuild: { images: 3, findings: 4, critical: 2, high: 2, fixable: 2 },
      items: named('lean', 'web2', 'web'),
    });
    expect(await ask('web', 'dependents')).toMatchObject({ rebuild: { images: 1, findings: 2 }, items: named('web2') });
  });

  it('is nothing where nothing is', async () => {
    const rebuild = { images: 0, findings: 0, critical: 0, high: 0, fixable: 0 };
    expect(await ask('web2', 'dependents')).toEqual({ next: null, items: [], rebuild });
  });

  it('is not told of what nobody knows', async () => {
    expect((await api.get(`/api/v1/images/${fleet.digest('never')}/dependents`)).status).toBe(404);
  });
});
