import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Advisory } from '@tidewaiter/contracts';
import type { EnrichmentSource, Feed, FeedProblem } from '@tidewaiter/feeds';
import { exportBundle, openBundle } from './bundle';
import { importFeeds } from './import';
import { openAdvisoryStore } from './store';

let directory: string;
let open: string;
let closed: string;
let bundle: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'advisory-bundle-'));
  open = join(directory, 'open.db');
  closed = join(directory, 'closed.db');
  bundle = join(directory, 'bundle');
});
afterEach(() => rm(directory, { recursive: true }));

const importedAt = '2026-03-01T00:00:00Z';

async function importInto(
  path: string,
  feeds: Readonly<Record<string, readonly Advisory[]>>,
  { at = importedAt, addedOn }: { readonly at?: string; readonly addedOn?: string } = {},
): Promise<void> {
  const imports = Object.entries(feeds).map(([id, items]) => {
    const feed: Feed = {
      id,
      revision: 1,
      covers: [],
      fetch: () => Promise.resolve('unchanged'),
      async *parse() {
        yield* items;
      },
    };
    return { feed, snapshot: { parts: [{ name: id, async *files() {} }] }, now: at };
  });
  await importFeeds(path, imports, {
    maxShrinkPercent: 20,
    enrichments: [
      { ...kev(addedOn), now: at },
      { ...endOfLife(), now: at },
    ],
  });
}

/** One vulnerability that is attacked. */
function kev(addedOn = '2026-02-01') {
  const source: EnrichmentSource = {
    id: 'kev',
    revision: 1,
    address: 'https://kev.example',
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      const vulnerability = 'CVE-2026-1000';
      yield { kind: 'known-exploited', vulnerability, addedOn, name: 'A', ransomware: false };
    },
  };
  return { source, snapshot: { parts: [] } };
}

/** One release that is no longer looked after. */
function endOfLife() {
  const source: EnrichmentSource = {
    id: 'endoflife',
    revision: 1,
    address: 'https://eol.example',
    fetch: () => Promise.resolve('unchanged'),
    async *parse() {
      const about = { product: 'debian', cycle: '10', label: '10', isOver: true, endsOn: '2022-09-10' };
      yield { kind: 'product-cycle', identifiers: [], ...about };
    },
  };
  return { source, snapshot: { parts: [] } };
}

async function bring(into: string, onProblem: (problem: FeedProblem) => void = () => undefined) {
  const opened = openBundle(bundle);
  try {
    const parts = opened.parts.map((part) => ({ ...part, onProblem }));
    const results = await importFeeds(into, parts, { maxShrinkPercent: 20, bundles: [opened] });
    return { results, leftOut: opened.leftOut };
  } finally {
    opened.close();
  }
}

/** As it is, into the closed network. */
async function bringFrom(store: string): Promise<void> {
  await exportBundle(store, bundle);
  await bring(closed);
}

async function lookup(path: string, ecosystem: string, name: string) {
  const store = openAdvisoryStore(path);
  try {
    return await store.lookup([{ ecosystem, name }]);
  } finally {
    store.close();
  }
}

function partsOf(path: string) {
  const store = openAdvisoryStore(path);
  try {
    return store.status().parts;
  } finally {
    store.close();
  }
}

function advisory(feed: string, id: string, change: Partial<Advisory> = {}): Advisory {
  const ranges = [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: '2' }] }];
  return {
    feed,
    id,
    modified: '2026-01-01T00:00:00Z',
    summary: `About ${id}`,
    aliases: ['CVE-2026-1000'],
    upstream: [],
    severities: [{ source: 'x', kind: 'word', value: 'high' }],
    references: ['https://vendor.example/1'],
    affected: [{ ecosystem: 'npm', name: 'a', ranges, versions: ['1'], severities: [], status: 'deferred' }],
    ...change,
  };
}

const apk = (feed: string, id: string, ecosystem: string): Advisory =>
  advisory(feed, id, { affected: [{ ecosystem, name: 'curl', ranges: [], versions: ['1'], severities: [] }] });

it('bring what is known of attacks and releases only where it is newer, with the age it has', async () => {
  const of = (path: string) => {
    const store = openAdvisoryStore(path);
    try {
      return [store.threatOf(['CVE-2026-1000']).exploitedSince, ...store.status().threats];
    } finally {
      store.close();
    }
  };
  const known = (at: string) => [
    { id: 'endoflife', records: 1, importedAt: at },
    { id: 'kev', records: 1, importedAt: at },
  ];
  const feeds = { osv: [advisory('osv', 'A')] };
  await importInto(open, feeds);
  await bringFrom(open);
  expect(of(closed)).toEqual(['2026-02-01', ...known(importedAt)]);
  const later = '2026-03-09T00:00:00Z';
  await importInto(closed, feeds, { at: later, addedOn: '2026-01-01' });
  await bring(closed);
  expect(of(closed)).toEqual(['2026-01-01', ...known(later)]);
});

describe('a bundle', () => {
  it('brings every record as it was, as old as it was, and what is known of attacks and of releases', async () => {
    const withdrawn = advisory('osv', 'GHSA-2', { withdrawn: '2026-01-02T00:00:00Z' });
    await importInto(open, { osv: [advisory('osv', 'GHSA-1'), withdrawn], nvd: [advisory('nvd', 'CVE-2026-1000')] });
    expect(await exportBundle(open, bundle)).toEqual([]);
    const { results, leftOut } = await bring(closed);
    expect(results.map(({ part, records, problems }) => [part, records, problems])).toEqual([
      ['osv', 2, 0],
      ['nvd', 1, 0],
    ]);
    expect(leftOut).toEqual([]);
    expect(await lookup(closed, 'npm', 'a')).toEqual(await lookup(open, 'npm', 'a'));
    expect(await lookup(closed, 'npm', 'a')).toHaveLength(3);
    const store = openAdvisoryStore(closed);
    expect(store.status()).toMatchObject({ oldestImportAt: importedAt, parts: [{ feed: 'nvd' }, { withdrawn: 1 }] });
    expect(store.threatOf(['CVE-2026-1000'])).toEqual({ exploitedSince: '2026-02-01' });
    expect(store.cyclesOf('debian')).toMatchObject([{ cycle: '10', isOver: true, endsOn: '2022-09-10' }]);
    expect(store.cyclesOf('alpine-linux')).toEqual([]);
    store.close();
  });

  it.each([
    ['a version', `UPDATE payload SET payload = replace(payload, '"2"', '"3"') WHERE record_id = 1`],
    ['a name', `UPDATE package_key SET name = 'b' WHERE key_id = 1`],
    ['what can no longer be read', `UPDATE record SET body = substr(body, 2) WHERE record_id = 1`],
    ['what is told of it', `UPDATE record SET body = replace(body, 'About', 'Above') WHERE record_id = 1`],
  ])('of which a record is not as it was exported does not bring it: %s', async (_what, damage) => {
    const other = advisory('osv', 'GHSA-2', {
      affected: [{ ecosystem: 'npm', name: 'c', ranges: [], versions: ['1'], severities: [] }],
    });
    await importInto(open, { osv: [advisory('osv', 'GHSA-1'), other] });
    await bringFrom(open);
    const before = await lookup(closed, 'npm', 'a');
    await exportBundle(open, bundle);
    const database = new DatabaseSync(bundle);
    expect(database.prepare(damage).run().changes).toBe(1);
    database.close();
    const problems: string[] = [];
    const { results } = await bring(closed, ({ code, path }) => problems.push(`${code} ${path}`));
    expect(problems).toEqual(['bundle-damaged GHSA-1']);
    expect(results).toMatchObject([{ complete: false, problems: 1, gone: 0 }]);
    expect(await lookup(closed, 'npm', 'a')).toEqual(before);
    expect(await lookup(closed, 'npm', 'c')).toHaveLength(1);
    const fresh = join(directory, 'fresh.db');
    await bring(fresh);
    expect(partsOf(fresh)).toMatchObject([{ records: 1, wasReadWhole: false }]);
    await exportBundle(open, bundle);
    await bring(fresh);
    expect(partsOf(fresh)).toMatchObject([{ records: 2, wasReadWhole: true }]);
  });

  it('is without what no licence allows to pass on, which is then unknown and not clean', async () => {
    await importInto(open, {
      osv: [advisory('osv', 'GHSA-1'), apk('osv', 'CGA-1', 'Chainguard')],
      wolfi: [apk('wolfi', 'CVE-2026-2000', 'Wolfi')],
    });
    expect(await exportBundle(open, bundle)).toEqual(['osv: CGA-', 'wolfi']);
    for (const path of [bundle, closed]) {
      if (path === closed) expect((await bring(closed)).leftOut).toEqual(['osv: CGA-', 'wolfi']);
      const store = openAdvisoryStore(path);
      expect(await store.covers(['npm', 'Wolfi', 'Chainguard'])).toEqual(new Set(['npm']));
      expect(store.status().parts.map(({ feed, records }) => [feed, records])).toEqual([['osv', 1]]);
      store.close();
    }
  });

  it('leaves alone what the other side fetched itself', async () => {
    await importInto(open, { osv: [advisory('osv', 'GHSA-1')], wolfi: [apk('wolfi', 'CVE-2026-2000', 'Wolfi')] });
    await exportBundle(open, bundle);
    await importInto(closed, { wolfi: [apk('wolfi', 'CVE-2026-3000', 'Wolfi')] });
    await bring(closed);
    expect((await lookup(closed, 'Wolfi', 'curl')).map(({ advisory: { id } }) => id)).toEqual(['CVE-2026-3000']);
    expect(await lookup(closed, 'npm', 'a')).toHaveLength(1);
  });

  it('is refused when there is nothing to write or to read', async () => {
    await expect(exportBundle(join(directory, 'none'), bundle)).rejects.toMatchObject({
      code: 'advisory-store-missing',
    });
    expect(() => openBundle(bundle)).toThrow('There is no advisory store');
  });
});
