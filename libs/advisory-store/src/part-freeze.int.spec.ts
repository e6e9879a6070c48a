import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Feed, FeedProblem, ReadAdvisory } from '@tidewaiter/feeds';
import { importFeeds } from './import';
import { openAdvisoryStore } from './store';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'part-freeze-'));
  path = join(directory, 'advisories.db');
});
afterEach(() => rm(directory, { recursive: true }));

const old = 'Ubuntu:20.04:LTS';
const current = 'Ubuntu:24.04:LTS';

/** Which releases a record speaks of, and the version that fixes it there. */
type Releases = Readonly<Record<string, string>>;
type Records = Readonly<Record<string, Releases>>;

const broken: FeedProblem = { code: 'json-invalid', message: 'ends', part: 'Ubuntu', path: 'x.json', fatal: true };

/** Each record has its releases as its stamp. */
function feedOf(records: Records, problems: readonly FeedProblem[] = []): Feed {
  return {
    id: 'ubuntu',
    revision: 1,
    covers: ['Ubuntu'],
    fetch: () => Promise.resolve('unchanged'),
    async *parse(_, knows) {
      yield* problems;
      for (const [id, releases] of Object.entries(records)) {
        const stamp = JSON.stringify(releases);
        if (knows?.(id, stamp) !== true) yield { ...recordOf(id, releases), stamp };
      }
    },
  };
}

function recordOf(id: string, releases: Releases): ReadAdvisory {
  const none = { modified: '2026-01-01T00:00:00Z', aliases: [], upstream: [], severities: [], references: [] };
  const affected = Object.entries(releases).map(([ecosystem, fixed]) => ({
    ecosystem,
    name: 'openssl',
    ranges: [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed }] }],
    versions: [],
    severities: [],
  }));
  return { ...none, feed: 'ubuntu', id, affected };
}

interface Bringing {
  readonly now?: string;
  readonly maxShrinkPercent?: number;
  readonly problems?: readonly FeedProblem[];
  readonly isPartial?: true;
}

/** What an import does, its problems, and how many advisories judge in each release then. */
async function bring(records: Records, options: Bringing = {}) {
  const { now = '2026-03-01T00:00:00Z', maxShrinkPercent = 20, problems, isPartial } = options;
  const named: string[] = [];
  const onProblem = ({ code, path: at }: FeedProblem) => named.push(`${code} ${at}`);
  const snapshot = { parts: [{ name: 'Ubuntu', async *files() {} }], ...(isPartial && { isPartial }) };
  const imports = [{ feed: feedOf(records, problems), snapshot, now, onProblem }];
  const [result] = await importFeeds(path, imports, { maxShrinkPercent });
  return { read: result?.read, changed: result?.changed, gone: result?.gone, problems: named, ...(await judging()) };
}

async function judging() {
  const store = openAdvisoryStore(path);
  try {
    const of = async (ecosystem: string) => {
      const found = await store.lookup([{ ecosystem, name: 'openssl' }]);
      const fixes = found.map(({ affected }) => JSON.stringify(affected.ranges[0]?.events[1]));
      return [found.length, ...new Set(fixes)].join(' ');
    };
    return { old: await of(old), current: await of(current), frozen: store.status().parts[0]?.frozen };
  } finally {
    store.close();
  }
}

function many(count: number, releases: Releases, from = 1000): Record<string, Releases> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`UBUNTU-CVE-2025-${from + n}`, releases]));
}

const both = { [old]: '1.1.1f', [current]: '3.0.13' };
const onlyCurrent = { [current]: both[current] };
const onlyOld = { [old]: both[old] };
const fixedOld = JSON.stringify({ fixed: both[old] });
const fixedCurrent = JSON.stringify({ fixed: both[current] });
const is = 'feed-release-frozen Ubuntu:20.04:LTS';
const since = '2026-03-02T00:00:00Z';

describe('a release that its publisher says nothing of any more', () => {
  const before = { ...many(30, both), ...many(5, onlyOld, 2000), ...many(40, onlyCurrent, 3000) };
  const after = { ...many(30, onlyCurrent), ...many(40, onlyCurrent, 3000) };
  const whole = { old: `35 ${fixedOld}`, current: `70 ${fixedCurrent}` };

  it('is frozen, and named with its time by each import', async () => {
    expect(await bring(before)).toMatchObject({ ...whole, problems: [], frozen: {} });
    const frozen = { [old]: since };
    expect(await bring(after, { now: since })).toMatchObject({
      ...whole,
      changed: 30,
      gone: 0,
      problems: [is],
      frozen,
    });
    // What is frozen is compared as the source has it: nothing is written again, whether all is read or what is in other bytes.
    const same = { ...whole, changed: 0, gone: 0, problems: [is], frozen };
    expect(await bring(after, { now: '2026-03-03T00:00:00Z' })).toMatchObject({ ...same, read: 0 });
    expect(await bring(after, { now: '2026-06-03T00:00:00Z' })).toMatchObject({ ...same, read: 70 });
    const one = { ...after, ...many(1, { [current]: '3.0.14' }) };
    expect(await bring(one, { now: '2026-06-04T00:00:00Z' })).toMatchObject({
      ...same,
      changed: 1,
      current: expect.stringMatching(/^70 /),
    });
    expect(await bring({}, { now: '2026-06-05T00:00:00Z', isPartial: true })).toMatchObject({
      frozen,
      old: whole.old,
      problems: [is],
    });
  });

  it('thaws when it is there again: what is told of it then counts and nothing else', async () => {
    for (const records of [before, after]) await bring(records);
    const back = { ...after, ...many(10, { ...both, [old]: '1.1.1g' }) };
    const fixed = JSON.stringify({ fixed: '1.1.1g' });
    const problems = [`feed-release-thawed ${old}`];
    expect(await bring(back)).toMatchObject({ gone: 5, problems, old: `10 ${fixed}`, frozen: {} });
    expect(await bring(back)).toMatchObject({
      read: 0,
      gone: 0,
      problems: [],
      old: `10 ${fixed}`,
      current: whole.current,
    });
  });

  it('is told by how much less is said of it when it is there again', async () => {
    for (const records of [before, after]) await bring(records);
    const messages: string[] = [];
    const feed = feedOf({ ...after, ...many(10, both) });
    const snapshot = { parts: [{ name: 'Ubuntu', async *files() {} }] };
    const onProblem = ({ message }: FeedProblem) => messages.push(message);
    await importFeeds(path, [{ feed, snapshot, now: since, onProblem }], { maxShrinkPercent: 20 });
    // 20 records that say nothing of it any more, and five that are not there.
    expect(messages).toEqual([
      expect.stringMatching(/speaks of Ubuntu:20\.04:LTS again; .* 25 entries are taken back /),
    ]);
  });

  it('has all that it had when it is there again as it was', async () => {
    for (const records of [before, after, before]) await bring(records);
    const found = { ...whole, problems: [], frozen: {} };
    expect(await bring(before)).toMatchObject(found);
    expect(await bring(before, { now: '2026-06-01T00:00:00Z' })).toMatchObject(found);
  });

  it('is no longer frozen though all that speaks of it again is in the same bytes', async () => {
    const alone = { ...many(15, onlyOld, 2000), ...many(40, onlyCurrent, 3000) };
    const current = `40 ${fixedCurrent}`;
    for (const records of [alone, many(40, onlyCurrent, 3000)]) await bring(records);
    for (const now of ['2026-03-02T00:00:00Z', '2026-06-01T00:00:00Z'])
      expect(await bring(alone, { now })).toMatchObject({ old: `15 ${fixedOld}`, current, problems: [], frozen: {} });
  });

  it('has all that records said besides when these are there again as they were', async () => {
    const several = { ...many(70, onlyCurrent), ...many(15, both, 2000) };
    for (const records of [several, many(70, onlyCurrent)]) await bring(records);
    expect(await bring(several)).toMatchObject({ old: `15 ${fixedOld}`, current: `85 ${fixedCurrent}`, frozen: {} });
  });

  it('is taken back where the operator believes it', async () => {
    for (const records of [before, after]) await bring(records);
    expect(await bring(after, { maxShrinkPercent: 100 })).toMatchObject({
      gone: 5,
      old: '0',
      frozen: {},
      problems: [],
    });
  });

  it('is frozen though it had most of the records of the source', async () => {
    await bring({ ...many(100, onlyOld, 2000), ...many(40, onlyCurrent, 3000) });
    for (const now of [since, '2026-06-01T00:00:00Z']) {
      expect(await bring(many(40, onlyCurrent, 3000), { now })).toMatchObject({
        gone: 0,
        problems: [is],
        old: `100 ${fixedOld}`,
      });
    }
  });

  it('is no release of which records are taken back', async () => {
    await bring(before);
    const fewer = { ...before, ...many(3, onlyCurrent) };
    const found = { old: `32 ${fixedOld}`, current: whole.current, gone: 0, problems: [], frozen: {} };
    expect(await bring(fewer)).toMatchObject({ ...found, changed: 3 });
    expect(await bring(fewer, { now: '2026-06-01T00:00:00Z' })).toMatchObject({ ...found, changed: 0, read: 75 });
  });

  it('is not known to be over by what was not read to its end, and is settled by what is', async () => {
    await bring(before);
    const cut = { problems: [broken] };
    expect(await bring(after, cut)).toMatchObject({ ...whole, frozen: {}, problems: ['json-invalid x.json'] });
    const fewer = { ...before, ...many(30, onlyCurrent) };
    expect(await bring(fewer)).toMatchObject({ old: `5 ${fixedOld}`, current: whole.current, frozen: {} });
    expect(await bring(after)).toMatchObject({ old: '0', gone: 5 });
  });

  it('is believed to be gone where it had ten entries at most', async () => {
    await bring({ ...many(10, both), ...many(40, onlyCurrent, 3000) });
    expect(await bring({ ...many(10, onlyCurrent), ...many(40, onlyCurrent, 3000) })).toMatchObject({
      old: '0',
      frozen: {},
      problems: [`feed-ecosystem-gone ${old}`],
    });
    // It is said once.
    expect(await bring(many(49, onlyCurrent, 3000))).toMatchObject({ problems: [] });
  });

  it('is named with every ecosystem of which nothing is left, and with none of which something is', async () => {
    const hex = { ...onlyCurrent, Hex: '1.0' };
    await bring({
      ...many(3, hex),
      ...many(3, { Hex: '1.0' }, 2000),
      ...many(2, { npm: '1.0' }, 2500),
      ...many(40, onlyCurrent, 3000),
    });
    const problems = ['feed-ecosystem-gone npm'];
    expect(await bring({ ...many(2, hex), ...many(40, onlyCurrent, 3000) })).toMatchObject({ gone: 6, problems });
    const cut = { problems: [broken] };
    expect(await bring(many(40, onlyCurrent, 3000), cut)).toMatchObject({ problems: ['json-invalid x.json'] });
    expect(await bring(many(40, onlyCurrent, 3000))).toMatchObject({ problems: ['feed-ecosystem-gone Hex'] });
  });
});
