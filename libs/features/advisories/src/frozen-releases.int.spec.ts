import { zipBytes } from '@tidewaiter/formats';
import { RefreshSource } from './refresh-source';
import { AdvisorySite } from './testing/advisory-site';

let site: AdvisorySite;
let source: string;
beforeEach(async () => {
  site = await AdvisorySite.open();
  source = await site.addSource('ubuntu');
});
afterEach(() => site.close());

const old = 'Ubuntu:20.04:LTS';
const current = 'Ubuntu:24.04:LTS';

/** Which releases each record speaks of, and the version that fixes it there. */
type Releases = Readonly<Record<string, string>>;

/** As https://ossf.github.io/osv-schema/ has them: an entry for each release. */
async function publish(records: Readonly<Record<string, Releases>>): Promise<void> {
  const entries = Object.entries(records).map(([id, releases]) => ({
    name: `${id}.json`,
    text: JSON.stringify({
      id,
      modified: '2026-01-01T00:00:00Z',
      upstream: [id.replace('UBUNTU-', '')],
      affected: Object.entries(releases).map(([ecosystem, fixed]) => ({
        package: { ecosystem, name: 'openssl' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      })),
    }),
  }));
  await site.writeRaw('ubuntu', 'Ubuntu.zip', zipBytes(entries));
}

/** So many records of these releases. */
function many(count: number, releases: Releases, from = 1000): Record<string, Releases> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`UBUNTU-CVE-2025-${String(from + n)}`, releases]));
}

/** Entries that judge, by release. */
async function entries(): Promise<Readonly<Record<string, number>>> {
  const rows = await site.database.$queryRaw<{ ecosystem: string; count: number }[]>`
    SELECT f.ecosystem, count(*)::int AS count FROM advisory_affected f JOIN advisory a ON a.id = f.advisory_id
     WHERE a.removed_at IS NULL GROUP BY 1`;
  return Object.fromEntries(rows.map(({ ecosystem, count }) => [ecosystem, count]));
}

const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: source } });
const frozen = { code: 'feed-release-frozen', part: old };

const both = { [old]: '1.1.1f-1ubuntu2.9', [current]: '3.0.13-0ubuntu3.5' };
const onlyCurrent = { [current]: both[current] };
const onlyOld = { [old]: both[old] };

describe('a release that its publisher says nothing of any more', () => {
  const before = { ...many(30, both), ...many(5, onlyOld, 2000), ...many(40, onlyCurrent, 3000) };
  const after = { ...many(30, onlyCurrent), ...many(40, onlyCurrent, 3000) };

  it('is frozen, and named with its time by each reading', async () => {
    await publish(before);
    await site.bring(source);
    expect(await entries()).toEqual({ [old]: 35, [current]: 70 });
    await publish(after);
    expect(await site.bring(source)).toMatchObject({ changed: 30, removed: 0, problems: 1 });
    expect(await entries()).toEqual({ [old]: 35, [current]: 70 });
    const first = await row();
    expect(first).toMatchObject({ state: 'ok', problemSample: [frozen], ecosystems: [old, current] });
    expect(first.frozen).toEqual({ [old]: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    // Nothing changed but for one record: what is frozen is compared as the source has it, and is not written again.
    await publish({ ...after, ...many(1, { [current]: '3.0.13-0ubuntu3.9' }) });
    expect(await site.bring(source)).toMatchObject({ changed: 1, removed: 0, problems: 1 });
    expect(await entries()).toEqual({ [old]: 35, [current]: 70 });
    expect((await row()).frozen).toEqual(first.frozen);
    // Nor is it when everything is read whatever its stamp.
    await site.database.$executeRaw`UPDATE feed SET fingerprint = NULL`;
    expect(await site.bring(source)).toMatchObject({ read: 70, changed: 0, removed: 0, problems: 1 });
    expect(await entries()).toEqual({ [old]: 35, [current]: 70 });
  });

  it('is told of once where alerts go, in one message with what ended by the same reading', async () => {
    const older = { 'Ubuntu:18.04:LTS': '1.1.1-1ubuntu2' };
    await publish({ ...many(30, { ...both, ...older }), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    await publish({ ...many(30, onlyCurrent), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    expect(await site.tellFrozen.tell(source)).toBe(1);
    await publish({ ...many(29, onlyCurrent), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    expect(await site.tellFrozen.tell(source)).toBe(0);
    const releases = ['Ubuntu:18.04:LTS', old];
    expect(await site.database.notification.findMany()).toMatchObject([{ payload: { releases, releaseCount: 2 } }]);
  });

  it('thaws when it is there again: what is told of it then counts and nothing else', async () => {
    for (const records of [before, after]) {
      await publish(records);
      await site.bring(source);
    }
    await publish({ ...after, ...many(10, both) });
    expect(await site.bring(source)).toMatchObject({ removed: 5, problems: 0 });
    expect(await entries()).toEqual({ [old]: 10, [current]: 70 });
    expect(await row()).toMatchObject({ state: 'ok', frozen: {}, problemSample: [] });
  });

  it.each([
    ['others speak of as well', before, after, { [old]: 35, [current]: 70 }],
    [
      'no other speaks of',
      { ...many(15, onlyOld, 2000), ...many(40, onlyCurrent, 3000) },
      many(40, onlyCurrent, 3000),
      { [old]: 15, [current]: 40 },
    ],
    [
      'speak of others as well',
      { ...many(70, onlyCurrent), ...many(15, both, 2000) },
      many(70, onlyCurrent),
      { [old]: 15, [current]: 85 },
    ],
  ])('has all that it had when it is there again as it was, by records that %s', async (_, full, less, expected) => {
    for (const records of [full, less, full]) {
      await publish(records);
      await site.bring(source);
    }
    for (let look = 0; look < 2; look += 1) {
      expect(await entries()).toEqual(expected);
      expect(await row()).toMatchObject({ frozen: {}, problemSample: [] });
      // By a reading of all of it, after which nothing is left over.
      await site.database.$executeRaw`UPDATE feed SET fingerprint = NULL`;
      expect(await site.bring(source)).toMatchObject({ changed: 0, removed: 0 });
    }
  });

  it('is taken back where the operator believes it', async () => {
    for (const records of [before, after]) {
      await publish(records);
      await site.bring(source);
    }
    const options = { snapshotDirectory: `${site.directory}/snapshots`, maxShrinkPercent: 100 };
    expect(await new RefreshSource(site.database, options).refresh(source)).toMatchObject({ removed: 5 });
    expect(await entries()).toEqual({ [current]: 70 });
    expect((await row()).frozen).toEqual({});
  });

  it('is frozen though it had most of the records of the source', async () => {
    await publish({ ...many(100, onlyOld, 2000), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    await publish(many(40, onlyCurrent, 3000));
    for (let look = 0; look < 2; look += 1) {
      expect(await site.bring(source)).toMatchObject({ removed: 0 });
      expect(await row()).toMatchObject({ state: 'ok', records: 140, problemSample: [frozen] });
      await site.database.$executeRaw`UPDATE feed SET fingerprint = NULL`;
    }
    expect(await entries()).toEqual({ [old]: 100, [current]: 40 });
  });

  it('is no release of which a record is taken back, whether others were read after it or not at all', async () => {
    await publish(before);
    await site.bring(source);
    await publish({ ...before, ...many(3, onlyCurrent) });
    expect(await site.bring(source)).toMatchObject({ changed: 3, removed: 0, problems: 0 });
    expect(await entries()).toEqual({ [old]: 32, [current]: 70 });
    // By a reading of all of it, after which nothing is left over.
    await site.database.$executeRaw`UPDATE feed SET fingerprint = NULL`;
    expect(await site.bring(source)).toMatchObject({ read: 75, changed: 0 });
    expect(await row()).toMatchObject({ frozen: {} });
  });

  it('is believed to be gone where it had ten entries at most', async () => {
    await publish({ ...many(10, both), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    await publish({ ...many(10, onlyCurrent), ...many(40, onlyCurrent, 3000) });
    await site.bring(source);
    expect(await entries()).toEqual({ [current]: 50 });
    expect(await row()).toMatchObject({ frozen: {}, problemSample: [{ code: 'feed-ecosystem-gone', part: old }] });
  });
});
