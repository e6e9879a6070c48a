import { isFeedProblem, type FeedProblem, type ReadAdvisory } from './feed';
import { everyVersion } from './records/affected';
import { RecordsById } from './records/records-by-id';
import { withoutLostReleases, type PackageCounts } from './release-shrink';

/** Records that each speak of a package of its own in every release. */
function records(count: number, releases: readonly string[]): readonly ReadAdvisory[] {
  const byId = new RecordsById('alpine-secdb');
  for (const ecosystem of releases) {
    for (let n = 0; n < count; n += 1)
      byId.add(`CVE-2024-${n + 1000}`, [everyVersion({ ecosystem, name: `p${n}` }, undefined)]);
  }
  return [...byId.advisories()];
}

async function believed(items: readonly (ReadAdvisory | FeedProblem)[], before: PackageCounts, maxShrinkPercent = 20) {
  return believedOf(items, before, maxShrinkPercent, false);
}

async function believedOf(
  items: readonly (ReadAdvisory | FeedProblem)[],
  before: PackageCounts,
  maxShrinkPercent: number,
  dropsReleases: boolean,
): Promise<readonly [records: number, ...problems: string[]]> {
  async function* read() {
    yield* items;
  }
  let count = 0;
  const problems: string[] = [];
  for await (const item of withoutLostReleases(read(), {
    before,
    maxShrinkPercent,
    dropsReleases,
  })) {
    if (isFeedProblem(item)) problems.push(`${item.code} ${item.part}`);
    else count += 1;
  }
  return [count, ...problems];
}

describe('a feed by release', () => {
  const before = new Map([
    ['Alpine:v3.18', 50],
    ['Alpine:v3.20', 50],
  ]);
  const both = [...before.keys()];
  const truncated: FeedProblem = { code: 'json-invalid', message: 'ends', part: 'alpine', path: 'a.json', fatal: true };
  const odd: FeedProblem = { code: 'secdb-id-invalid', message: 'is none', part: 'alpine', path: 'a.json#x' };

  it('is believed while every release has most of what it had, and when there are more', async () => {
    expect(await believed(records(50, [...both, 'Alpine:v3.22']), before)).toEqual([50]);
    expect(await believed([...records(41, both), odd], before)).toEqual([41, 'secdb-id-invalid alpine']);
  });

  it('is not believed at all when a release has lost what the number of records does not show', async () => {
    expect(await believed(records(50, ['Alpine:v3.20']), before)).toEqual([0, 'feed-shrunk Alpine:v3.18']);
  });

  it('goes on without a release that its one document has no more: its last word is kept by whoever stores it', async () => {
    const believed = (items: readonly ReadAdvisory[], had: PackageCounts, percent = 20) =>
      believedOf(items, had, percent, true);
    expect(await believed(records(50, ['Alpine:v3.20']), before)).toEqual([50]);
    const some = [...records(50, ['Alpine:v3.20']), ...records(30, ['Alpine:v3.18'])];
    expect(await believed(some, before)).toEqual([0, 'feed-shrunk Alpine:v3.18']);
    expect(await believed(records(50, ['Alpine:v3.20']), before, 100)).toEqual([
      50,
      'feed-ecosystem-gone Alpine:v3.18',
    ]);
    // Of all of them, or of what has no releases, that is another matter.
    expect(await believed([], before)).toEqual([0, 'feed-shrunk Alpine:v3.18', 'feed-shrunk Alpine:v3.20']);
    const wolfi = new Map([...before, ['Wolfi', 50]] as const);
    expect(await believed(records(50, both), wolfi)).toEqual([0, 'feed-shrunk Wolfi']);
  });

  it('says which release it has nothing of any more, where that is believed', async () => {
    const gone = 'feed-ecosystem-gone Alpine:v3.18';
    expect(await believed(records(50, ['Alpine:v3.20']), before, 100)).toEqual([50, gone]);
    const few = new Map([...before, ['Alpine:v3.18', 10]] as const);
    expect(await believed(records(50, ['Alpine:v3.20']), few)).toEqual([50, gone]);
  });

  it('is not believed when a document was not read to its end, for that takes rows out of the records of others', async () => {
    const items = [truncated, ...records(50, ['Alpine:v3.20'])];
    expect(await believed(items, before)).toEqual([0, 'json-invalid alpine']);
    expect(await believed(items, new Map())).toEqual([50, 'json-invalid alpine']);
  });

  it('counts a package once for a record, however many entries there are', async () => {
    const [record] = records(1, ['Alpine:v3.20']);
    if (record === undefined) throw new Error('there is one');
    const entries = Array.from({ length: 40 }, () => record.affected).flat();
    expect(await believed([{ ...record, affected: entries }], new Map([['Alpine:v3.20', 40]]))).toEqual([
      0,
      'feed-shrunk Alpine:v3.20',
    ]);
  });
});
