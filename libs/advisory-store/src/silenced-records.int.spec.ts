import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AffectedPackage } from '@tidewaiter/contracts';
import type { Feed, FeedProblem, ReadAdvisory } from '@tidewaiter/feeds';
import { importFeeds } from './import';
import { openAdvisoryStore } from './store';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'silenced-records-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

interface Change {
  readonly ecosystems?: readonly string[];
  readonly withdrawn?: string;
  readonly says?: Partial<AffectedPackage>;
  readonly modified?: string;
}

function recordOf(id: number, { ecosystems = ['npm'], says = {}, ...change }: Change = {}): ReadAdvisory {
  const ranges = [{ type: 'SEMVER' as const, events: [{ introduced: '0' }, { fixed: '2.0.0' }] }];
  const affected = ecosystems.map((ecosystem) => ({
    ecosystem,
    name: 'left-pad',
    ranges,
    versions: [],
    severities: [],
    ...says,
  }));
  const none = { aliases: [], upstream: [], severities: [], references: [] };
  return { feed: 'osv', id: `GHSA-${id}`, modified: '2026-01-01T00:00:00Z', ...none, ...change, affected };
}

const records = Array.from({ length: 60 }, (_, n) => recordOf(n));
const changed = (count: number, change: Change) =>
  records.map((record, n) => (n < count ? recordOf(n, change) : record));

/** What an import says, and how many advisories judge then. */
async function bring(
  all: readonly ReadAdvisory[],
  { maxShrinkPercent = 20, ...rest }: { maxShrinkPercent?: number; isPartial?: true } = {},
) {
  const problems: string[] = [];
  const feed: Feed = {
    id: 'osv',
    revision: 1,
    covers: ['npm', 'Hex'],
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      yield* all;
    },
  };
  const onProblem = ({ code, path: at }: FeedProblem) => problems.push(`${code} ${at}`);
  const snapshot = { parts: [{ name: 'npm', async *files() {} }], ...rest };
  const imports = [{ feed, snapshot, now: '2026-03-01T00:00:00Z', onProblem }];
  const [result] = await importFeeds(path, imports, { maxShrinkPercent });
  const store = openAdvisoryStore(path);
  try {
    const found = await store.lookup([{ ecosystem: 'npm', name: 'left-pad' }]);
    const judging = found.filter(({ affected }) => affected.ranges.length > 0).length;
    return { ...result, problems, judging };
  } finally {
    store.close();
  }
}

const empty: Change = { ecosystems: [] };
const withdrawn: Change = { withdrawn: '2026-02-01T00:00:00Z' };

it('a part says of which ecosystem nothing is left, though its records still speak of another', async () => {
  const of = (...ecosystems: readonly string[]) => records.map((_, n) => recordOf(n, { ecosystems }));
  await bring(of('npm', 'Hex'));
  const some = [...of('Hex').slice(0, 30), ...of('npm', 'Hex').slice(30)];
  expect(await bring(some)).toMatchObject({ judging: 30, problems: [] });
  expect(await bring(of('Hex'))).toMatchObject({ judging: 0, problems: ['feed-ecosystem-gone npm'] });
  expect(await bring(of('Hex'))).toMatchObject({ changed: 0, problems: [] });
  expect(await bring(of('npm', 'Hex'))).toMatchObject({ judging: 60, problems: [] });
});

describe('a part whose records are there and say nothing any more', () => {
  it.each([
    ['are empty', 15, empty],
    ['are all empty', 60, empty],
    ['are withdrawn', 15, withdrawn],
    ['are all withdrawn', 60, withdrawn],
    ['are of another ecosystem', 15, { ecosystems: ['node-npm'] }],
    ['are all of another ecosystem', 60, { ecosystems: ['node-npm'] }],
    ['have neither ranges nor versions', 15, { says: { ranges: [] } }],
  ])('keeps what it said where many %s', async (_, count, change) => {
    expect(await bring(records)).toMatchObject({ judging: 60, isShrunk: false });
    const newcomer = recordOf(100);
    for (const next of [changed(count, change), [...changed(count, change), newcomer]]) {
      expect(await bring(next)).toMatchObject({
        judging: next.length,
        isShrunk: true,
        complete: false,
        changed: 0,
        stored: next.length,
        silenced: { silenced: count, gone: 0 },
      });
    }
    expect(await bring(records)).toMatchObject({ judging: 60, isShrunk: false, complete: true, changed: 0 });
  });

  it('is believed of a few, where the operator says so, and of what only changed', async () => {
    await bring(records);
    expect(await bring(changed(10, empty))).toMatchObject({ judging: 50, changed: 10, complete: true, problems: [] });
    await bring(records);
    expect(await bring(changed(60, empty), { maxShrinkPercent: 100 })).toMatchObject({ judging: 0, changed: 60 });
    await bring(records);
    expect(await bring(changed(30, withdrawn).slice(0, 30), { isPartial: true })).toMatchObject({ changed: 30 });
  });

  it('says no less by records that never spoke of a package', async () => {
    const of = (modified: string) =>
      Array.from({ length: 50 }, (_, n) => ({ ...recordOf(1000 + n, empty), summary: modified, modified }));
    await bring([...records, ...of('2026-01-02T00:00:00Z')]);
    expect(await bring([...records, ...of('2026-01-03T00:00:00Z')])).toMatchObject({ changed: 50, complete: true });
  });

  it('has the newer one of two with the same id, whichever says nothing', async () => {
    await bring(records);
    const newer = { modified: '2026-02-01T00:00:00Z' };
    const twice = [...records, ...changed(10, { ...empty, ...newer }).slice(0, 10)];
    expect(await bring(twice)).toMatchObject({ complete: true });
    await bring(records.map((record) => ({ ...record, summary: 'Again' })));
    const back = changed(10, empty).flatMap((record, n) => (n < 10 ? [record, recordOf(n, newer)] : record));
    expect(await bring(back)).toMatchObject({ judging: 60, complete: true });
  });
});
