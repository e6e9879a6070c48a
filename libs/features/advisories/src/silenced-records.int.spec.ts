import { join } from 'node:path';
import { zipBytes } from '@tidewaiter/formats';
import { RefreshSource } from './refresh-source';
import { AdvisorySite, type RecordToWrite } from './testing/advisory-site';

let site: AdvisorySite;
let source: string;
beforeEach(async () => {
  site = await AdvisorySite.open();
  source = await site.addSource('npm');
});
afterEach(() => site.close());

const names = Array.from({ length: 60 }, (_, n) => `p${n}`);
const records: readonly RecordToWrite[] = names.map((name, n) => ({
  id: `GHSA-${n}`,
  aliases: [`CVE-2026-${1000 + n}`],
  affects: { [name]: '2.0.0' },
}));
const row = () => site.database.feedState.findUniqueOrThrow({ where: { id: source } });
const open = async () => (await site.openMatches()).length;
const emptied = (record: RecordToWrite): RecordToWrite => ({ ...record, affects: {} });
const withdrawn = (record: RecordToWrite): RecordToWrite => ({ ...record, withdrawn: '2026-02-01T00:00:00Z' });

async function known(): Promise<void> {
  await site.addPackages(...names.map((name) => `${name}@1.0.0`));
  await site.writeZip('npm', records);
  expect(await site.bring(source)).toMatchObject({ records: 60 });
  expect(await open()).toBe(60);
}

describe('a source whose records are there and say nothing any more', () => {
  it.each([
    ['are empty', 15, emptied],
    ['are all empty', 60, emptied],
    ['are withdrawn', 15, withdrawn],
    ['are all withdrawn', 60, withdrawn],
  ])('keeps its last good state and says so where many %s', async (_, count, change) => {
    await known();
    const changed = records.map((record, n) => (n < count ? change(record) : record));
    const newcomer: RecordToWrite = { id: 'GHSA-new', aliases: ['CVE-2026-1'], affects: { p0: '3.0.0' } };
    for (const next of [changed, [...changed, newcomer]]) {
      await site.writeZip('npm', next);
      expect(await site.bring(source)).toMatchObject({ removed: 0, records: next.length });
      expect(await row()).toMatchObject({
        state: 'failing',
        lastError: expect.stringMatching(new RegExp(`of which ${count} say nothing|nothing of npm any more`)),
        ecosystems: ['npm'],
      });
      expect(await open()).toBe(next.length);
    }
    await site.writeZip('npm', records);
    await site.bring(source);
    expect(await row()).toMatchObject({ state: 'ok', lastError: null, records: 60 });
    expect(await open()).toBe(60);
  });

  it('is believed where the operator says so', async () => {
    await known();
    await site.writeZip('npm', records.map(emptied));
    const options = { snapshotDirectory: join(site.directory, 'snapshots'), maxShrinkPercent: 100 };
    await new RefreshSource(site.database, options).refresh(source);
    await site.rematch.drain();
    expect(await open()).toBe(0);
    expect(await row()).toMatchObject({ state: 'ok', records: 60 });
  });

  it('is believed of a few', async () => {
    await known();
    await site.writeZip(
      'npm',
      records.map((record, n) => (n < 5 ? withdrawn(record) : n < 10 ? emptied(record) : record)),
    );
    expect(await site.bring(source)).toMatchObject({ changed: 10 });
    expect(await row()).toMatchObject({ state: 'ok', lastError: null, problems: 0 });
    expect(await open()).toBe(50);
    // What never spoke of a package says no less than it did.
    const others = Array.from({ length: 50 }, (_, n) => ({ id: `OSV-${n}`, affects: {} }));
    for (const summary of ['One', 'Two']) {
      await site.writeZip('npm', [...records, ...others.map((record) => ({ ...record, summary }))]);
      await site.bring(source);
      expect(await row()).toMatchObject({ state: 'ok', records: 110 });
    }
  });

  it('counts what is gone as well', async () => {
    await known();
    const fewer = (kept: number, silent: number) =>
      records.slice(0, kept).map((record, n) => (n < silent ? emptied(record) : record));
    await site.writeZip('npm', fewer(58, 11));
    await site.bring(source);
    expect(await row()).toMatchObject({
      state: 'failing',
      records: 60,
      lastError: expect.stringContaining(
        'of which 11 say nothing any more of what they spoke of or are withdrawn and 2 are',
      ),
    });
    expect(await open()).toBe(60);
    await site.writeZip('npm', fewer(59, 11));
    expect(await site.bring(source)).toMatchObject({ removed: 1 });
    expect(await row()).toMatchObject({ state: 'ok', records: 59 });
    expect(await open()).toBe(48);
  });
});

describe('a source that names an ecosystem otherwise', () => {
  // Its name is that of no ecosystem: it speaks of all that it names.
  beforeEach(async () => {
    source = await site.addSource('mixed');
  });
  const write = (ecosystems: readonly string[]) =>
    site.writeRaw('mixed', 'all.zip', zipBytes(names.map((name, n) => recordOf(`GHSA-${n}`, name, ecosystems))));

  it.each([
    ['', ['npm'], ['node-npm']],
    [', where its records still speak of another', ['npm', 'Hex'], ['Hex']],
    [', where its records still speak of another and of more', ['npm', 'Hex'], ['PyPI', 'Hex']],
    [', and speak of one that they did not', ['npm'], ['PyPI']],
  ])('keeps what it said of the whole ecosystem%s', async (_, before, after) => {
    await site.addPackages(...names.map((name) => `${name}@1.0.0`));
    await write(before);
    await site.bring(source);
    expect(await open()).toBe(60);
    const { ecosystems } = await row();
    for (let look = 0; look < 2; look += 1) {
      await write(after);
      await site.bring(source);
      expect(await row()).toMatchObject({
        state: 'failing',
        lastError: expect.stringContaining('nothing of npm any more, of which it had 60 records; those it had stay'),
        problems: 0,
      });
      expect((await row()).ecosystems).toEqual(ecosystems);
      expect(await open()).toBe(60);
    }
    await write(before);
    await site.bring(source);
    expect(await row()).toMatchObject({ state: 'ok', ecosystems });
    expect(await open()).toBe(60);
  });
});

function recordOf(id: string, name: string, ecosystems: readonly string[]) {
  const ranges = [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }];
  const affected = ecosystems.map((ecosystem) => ({ package: { ecosystem, name }, ranges }));
  return { name: `${id}.json`, text: JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected }) };
}
