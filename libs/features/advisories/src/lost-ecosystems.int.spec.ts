import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { zipBytes } from '@tidewaiter/formats';
import { AdvisorySite } from './testing/advisory-site';

let site: AdvisorySite;
beforeEach(async () => {
  site = await AdvisorySite.open();
});
afterEach(() => site.close());

it('a refresh removes nothing when all of an ecosystem is gone at once, though it is little of the source', async () => {
  const exports = await site.addSource('exports');
  const zip = (ecosystem: string, ids: readonly string[]) =>
    zipBytes(
      ids.map((id) => {
        const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }] }];
        const affected = [{ package: { ecosystem, name: id.toLowerCase() }, ranges }];
        return { name: `${id}.json`, text: JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }) };
      }),
    );
  const [many, few] = [200, 11].map((count, at) => Array.from({ length: count }, (_, n) => `X-${at}-${n}`));
  await site.writeRaw('exports', 'npm.zip', zip('npm', many ?? []));
  await site.writeRaw('exports', 'Hex.zip', zip('Hex', few ?? []));
  expect(await site.bring(exports)).toMatchObject({ records: 211 });
  await site.writeRaw('exports', 'Hex.zip', zip('Hex', []));
  expect(await site.bring(exports)).toMatchObject({ removed: 0 });
  const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: exports } });
  expect(await row()).toMatchObject({
    state: 'failing',
    lastError: expect.stringContaining('nothing of Hex any more, of which it had 11 records'),
    ecosystems: ['Hex', 'npm'],
  });
  // An archive that is not there at all is missed whatever it held.
  await rm(join(site.path('exports'), 'Hex.zip'));
  for (let look = 0; look < 2; look += 1) {
    expect(await site.bring(exports)).toMatchObject({ removed: 0 });
    expect(await row()).toMatchObject({ state: 'failing', lastError: expect.stringContaining('has Hex.zip no more') });
  }
  // Some of it is another matter.
  await site.writeRaw('exports', 'Hex.zip', zip('Hex', (few ?? []).slice(0, 1)));
  expect(await site.bring(exports)).toMatchObject({ removed: 10 });
  expect(await row()).toMatchObject({ state: 'ok' });
});

it('a refresh says of which ecosystem or release a source has nothing any more, where that is believed', async () => {
  const debian = await site.addSource('debian');
  const write = (id: string, ecosystem: string) =>
    site.writeRaw(
      'debian',
      `${id}.json`,
      JSON.stringify({
        id,
        modified: '2026-01-01T00:00:00Z',
        affected: [
          { package: { ecosystem, name: 'openssl' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] },
        ],
      }),
    );
  for (const release of ['11', '12']) await write(`DEBIAN-${release}`, `Debian:${release}`);
  await write('DEBIAN-npm', 'npm');
  await site.bring(debian);
  const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: debian } });
  expect(await row()).toMatchObject({ problems: 0, ecosystems: ['Debian:11', 'Debian:12', 'npm'] });
  for (const name of ['DEBIAN-11', 'DEBIAN-npm']) await rm(join(site.path('debian'), `${name}.json`));
  expect(await site.bring(debian)).toMatchObject({ removed: 2, problems: 2 });
  expect(await row()).toMatchObject({
    state: 'ok',
    ecosystems: ['Debian:12'],
    problemSample: [
      { code: 'feed-ecosystem-gone', part: 'Debian:11' },
      { code: 'feed-ecosystem-gone', part: 'npm' },
    ],
  });
});
