import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import type { Feed, FeedProblem } from '@tidewaiter/feeds';
import { exportBundle, openBundle } from './bundle';
import type { FeedImport } from './feed-import';
import { importFeeds } from './import';
import { openAdvisoryStore } from './store';

let directory: string;
let open: string;
let closed: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bundle-frozen-'));
  open = join(directory, 'open.db');
  closed = join(directory, 'closed.db');
});
afterEach(() => rm(directory, { recursive: true }));

const old = 'Ubuntu:20.04:LTS';
const current = 'Ubuntu:24.04:LTS';
type Records = Readonly<Record<string, readonly string[]>>;

function many(count: number, releases: readonly string[], from: number): Records {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`UBUNTU-CVE-2025-${from + n}`, releases]));
}

function advisoryOf(id: string, releases: readonly string[]): Advisory {
  const ranges = [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: '2' }] }];
  const affected = releases.map((ecosystem) => ({ ecosystem, name: 'a', ranges, versions: [], severities: [] }));
  const none = { aliases: [], upstream: [], severities: [], references: [] };
  return { ...none, feed: 'ubuntu', id, modified: '2026-01-01T00:00:00Z', affected };
}

async function bring(into: string, imports: readonly FeedImport[]) {
  const problems: string[] = [];
  const onProblem = ({ code, path }: FeedProblem) => problems.push(`${code} ${path}`);
  const named = imports.map((each) => ({ ...each, onProblem }));
  const [result] = await importFeeds(into, named, { maxShrinkPercent: 20 });
  const { added, changed, gone, complete } = result ?? {};
  return { added, changed, gone, complete, problems, ...(await known(into)) };
}

async function known(path: string) {
  const store = openAdvisoryStore(path);
  try {
    const of = async (ecosystem: string) => (await store.lookup([{ ecosystem, name: 'a' }])).length;
    return { old: await of(old), current: await of(current), frozen: store.status().parts[0]?.frozen };
  } finally {
    store.close();
  }
}

function publish(into: string, records: Records, now: string) {
  const feed: Feed = {
    id: 'ubuntu',
    revision: 1,
    covers: ['Ubuntu'],
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      for (const [id, releases] of Object.entries(records)) yield advisoryOf(id, releases);
    },
  };
  return bring(into, [{ feed, snapshot: { parts: [{ name: 'Ubuntu', async *files() {} }] }, now }]);
}

/** What is in one store now, into the other, by a bundle. */
async function carry(from = open) {
  const path = join(directory, 'bundle');
  await exportBundle(from, path);
  const bundle = openBundle(path);
  try {
    return await bring(closed, bundle.parts);
  } finally {
    bundle.close();
  }
}

const both = [old, current];
const before = {
  ...many(30, both, 1000),
  ...many(5, [old], 2000),
  ...many(2, both, 2500),
  ...many(40, [current], 3000),
};
/** Two records are gone that spoke of another release as well. */
const after = { ...many(30, [current], 1000), ...many(40, [current], 3000) };
const frozen = { [old]: '2026-03-02T00:00:00Z' };
const problems = [`feed-release-frozen ${old}`];
const whole = { complete: true, problems, old: 37, current: 70, frozen };

describe('a bundle with a release that is frozen', () => {
  it('brings what is kept of it, and since when it is that', async () => {
    await publish(open, before, '2026-03-01T00:00:00Z');
    await publish(open, after, '2026-03-02T00:00:00Z');
    expect(await carry()).toEqual({ ...whole, added: 77, changed: 0, gone: 0 });
    await publish(open, { ...after, ...many(1, [current], 4000) }, '2026-03-03T00:00:00Z');
    expect(await carry()).toEqual({ ...whole, added: 1, changed: 0, gone: 0, current: 71 });
  });

  it('has it frozen where it was not, and no longer frozen where it is told of again', async () => {
    await publish(open, before, '2026-03-01T00:00:00Z');
    expect(await carry()).toMatchObject({ old: 37, current: 72, frozen: {}, problems: [] });
    await publish(open, after, '2026-03-02T00:00:00Z');
    expect(await carry()).toMatchObject(whole);
    await publish(open, before, '2026-03-03T00:00:00Z');
    expect(await carry()).toMatchObject({ complete: true, old: 37, current: 72, frozen: {}, problems: [] });
  });

  it('is followed by the source itself as if what it brought had come from there', async () => {
    await publish(open, before, '2026-03-01T00:00:00Z');
    await publish(open, after, '2026-03-02T00:00:00Z');
    await carry();
    expect(await publish(closed, after, '2026-03-04T00:00:00Z')).toMatchObject({ ...whole, added: 0, gone: 0 });
    expect(await publish(closed, before, '2026-03-05T00:00:00Z')).toMatchObject({ old: 37, current: 72, frozen: {} });
  });

  it('can be made of a store that a bundle was brought into, and of one whose last reading came to no end', async () => {
    await publish(open, before, '2026-03-01T00:00:00Z');
    await publish(open, after, '2026-03-02T00:00:00Z');
    await carry();
    open = closed;
    closed = join(directory, 'third.db');
    expect(await carry(open)).toMatchObject(whole);
    const few = many(30, [current], 1000);
    expect(await publish(open, few, '2026-03-06T00:00:00Z')).toMatchObject({ complete: false, old: 37, frozen });
    closed = join(directory, 'fourth.db');
    expect(await carry(open)).toMatchObject(whole);
  });
});

it('a bundle of another version is refused, with what to do about it', async () => {
  await publish(open, before, '2026-03-01T00:00:00Z');
  const database = new DatabaseSync(open);
  database.exec('PRAGMA user_version = 11');
  database.close();
  expect(() => openBundle(open)).toThrow(/has version 11, this program reads \d+; .*export it again\.$/);
});
